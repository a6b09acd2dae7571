"""The tables of the ledger: slices with their history of knowledge, and their sums over whole shifts."""
