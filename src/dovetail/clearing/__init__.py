"""Let samples go that are due: written to a file where the rule wants it, decided, done, confirmed."""
