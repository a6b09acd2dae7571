"""Put the parts together, run them in their roles, and look after them: the only place that knows every room."""
