"""Who may enter the plant's record and what they may see and do there; closed by default."""
