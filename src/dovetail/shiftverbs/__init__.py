"""A shift from a terminal: how the running one does, its orders, and figures that are frozen."""
