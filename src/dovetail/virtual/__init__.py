"""Tags that no machine has: computed from those it has, as far and as well as those are known."""
