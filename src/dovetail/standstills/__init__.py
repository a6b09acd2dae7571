"""How sums of stops and of causes come about: stop by stop, cause by cause, down to the slices of the ledger."""
