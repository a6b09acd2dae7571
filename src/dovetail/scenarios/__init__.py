"""Scenarios: a stretch of a machine's day written down as a table, and what the plant code has to make of it."""
