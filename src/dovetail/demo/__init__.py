"""A living plant for newcomers: the virtual line, its past, and a panel that jams and frees its machines."""
