"""Dovetail joins a factory's machines to its business: an open manufacturing execution system."""

__version__ = "0.1.0"
