"""How the running shift does, published on tags: shown in trends, kept for years, read by rules and HMIs."""
