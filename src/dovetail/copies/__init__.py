"""Where the samples of sites lie together: in PostgreSQL as chunks, in ClickHouse as rows, swapped piece by piece."""
