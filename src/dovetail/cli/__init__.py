"""The plant from a terminal: the same operations as on the screens, with the same rights and the same audit."""
