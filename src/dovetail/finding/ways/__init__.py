"""The ways in which devices are asked who they are: one file per protocol, found by its place."""
