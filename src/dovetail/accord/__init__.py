"""Two people said something of the same time: what differs, and what of it can stand together."""
