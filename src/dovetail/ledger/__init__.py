"""How time is cut into slices and every piece put into the slice that made it: pure, from facts to the ledger."""
