"""What ran: jobs on work units, started and ended by a person or by the machine's own product signal."""
