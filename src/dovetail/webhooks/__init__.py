"""Who outside the plant is told when something happens: signed, in order, and again until they have it."""
