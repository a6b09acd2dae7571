"""Where a standard rate comes from: who said it, where, and from when on it holds."""
