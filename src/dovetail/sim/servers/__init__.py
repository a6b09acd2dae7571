"""The protocols in which the virtual plant speaks, one file each."""
