"""Samples found again: those in memory, those in chunks, and over both what people said of them."""
