"""The desk at which a list of tags is brought in: every row is judged, the change is seen, applied and taken back."""
