"""The virtual plant: a bottling line that stops, starves and rejects like a real one, and knows its own truth."""
