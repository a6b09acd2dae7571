"""When the plant means to work: shifts, breaks and days off, in the local time of the equipment."""
