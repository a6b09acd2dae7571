"""Codes scanned at a machine: each starts or ends what it names, once, and is kept, also where nobody knows it."""
