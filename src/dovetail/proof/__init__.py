"""What an explanation of a number is made of below the ledger: records, readings of counters, samples, addresses."""
