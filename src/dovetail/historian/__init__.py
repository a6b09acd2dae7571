"""Keep every sample of the plant for years: durable at once, compressed in the background, read in milliseconds."""
