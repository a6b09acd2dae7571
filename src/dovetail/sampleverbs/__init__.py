"""Samples from a terminal: written to files, corrected, held, and let go."""
