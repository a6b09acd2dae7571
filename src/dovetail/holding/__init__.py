"""Entries of more pieces than a machine can make: kept and shown, and counted when somebody has looked at them."""
