"""Plant code that holds from a later moment: what else may be applied until then, and what may not."""
