"""Copies of a whole installation, made while it runs: in the clear, or encrypted and only what is new."""
