"""Finding the devices of a network that somebody named: asked gently, a few questions each, and nothing is kept."""
