"""Samples carried from one store into another as they are: into files, and out of them."""
