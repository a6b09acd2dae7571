"""The views that tools for reports read over SQL: what each says, and who may read of which equipment."""
