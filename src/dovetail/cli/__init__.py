"""The command line: run an installation, keep its plant code, look after it; the day's work is in `terminal`."""
