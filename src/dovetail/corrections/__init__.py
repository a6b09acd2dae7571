"""Correct what signals said: replaced, changed, deleted or added samples, laid over those that were sent."""
