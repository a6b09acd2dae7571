"""Counters that nobody but a person reads: what they showed at the beginning and at the end, and the pieces between."""
