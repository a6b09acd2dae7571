"""What an installation shows of itself: doctor, metrics, log, heartbeat, and the disk's reserve."""
