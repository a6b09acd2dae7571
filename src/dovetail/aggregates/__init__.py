"""What a signal came to over intervals of time, after OPC UA Part 13: columns in, columns out, no disk and no clock."""
