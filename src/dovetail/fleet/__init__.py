"""An installation of several machines: what goes between them, who stores it, and what can be seen of that."""
