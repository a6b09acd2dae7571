"""The plant's record over HTTP: assembles the rooms' routes, pushes live topics, serves the built screens."""
