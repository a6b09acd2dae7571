"""A plant written as YAML: read with positions, checked with directions, compared and handed to the rooms. Pure."""
