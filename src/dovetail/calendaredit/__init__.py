"""The desk at which people change when the plant means to work, day by day or pattern by pattern."""
