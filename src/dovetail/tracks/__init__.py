"""A signal over time as columns, and what can be worked out from it: rows hold from their moment until the next."""
