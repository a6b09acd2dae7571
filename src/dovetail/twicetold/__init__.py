"""What came into the log at the front, told a second time: what a disk takes of the log still has a name."""
