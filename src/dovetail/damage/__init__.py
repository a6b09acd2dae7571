"""What of the samples cannot be read any more: known in memory, out of everybody's way, said to whoever asks."""
