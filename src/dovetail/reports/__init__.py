"""Reports that stay: figures of a period as they were known, kept under a name, sealed by a hash, compared with now."""
