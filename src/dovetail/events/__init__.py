"""What can happen in a plant, one small file per room: the language in which rooms tell each other of changes."""
