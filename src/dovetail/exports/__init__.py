"""Signals of a period as files: asked for, written in the background, fetched within the rights of who asked."""
