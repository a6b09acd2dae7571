"""What each work unit did and how many pieces it made: derived from samples in event time, never from a clock."""
