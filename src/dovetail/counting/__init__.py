"""Pieces as people say them, folded with what counters counted: the counts that the ledger reads."""
