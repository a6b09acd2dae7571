"""Histories that other systems wrote to files, row by row: what series, when, what value, how good."""
