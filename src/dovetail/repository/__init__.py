"""A place for encrypted backups of a plant: blocks by their content, snapshots that name them, a signed chain."""
