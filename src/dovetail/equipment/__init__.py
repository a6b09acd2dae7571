"""What stands in the plant: the equipment tree, its classes, tags and connections, and what holds since when."""
