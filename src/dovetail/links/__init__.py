"""What the words of a link are worth: which clock counts, how far values are good, what changed, how the link fares."""
