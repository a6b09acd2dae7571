"""The same hour by the definitions that others use, each held against ISO 22400-2, step by step."""
