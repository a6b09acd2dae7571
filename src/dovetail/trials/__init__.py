"""Links that somebody tries before they belong to the plant, beside the edge and by the same drivers."""
