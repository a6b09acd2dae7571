"""What went of the samples by rule: known in memory, and said wherever that time is read."""
