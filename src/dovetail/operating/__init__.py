"""Verbs for who runs an installation of several processes."""
