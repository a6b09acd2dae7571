"""The way to a PostgreSQL that holds samples: sessions, and the word that somebody else has written."""
