"""The records store: one transaction carries a change, its audit row and its events, on SQLite or PostgreSQL."""
