"""The desk at which Dovetail says what signals seem to mean, with its evidence, for a person to judge."""
