"""What recorded samples would have come to under other plant code: states, pieces, times, KPIs. Nothing is written."""
