"""What a shift wants to know: its stops and why, and what it made against what was planned, hour by hour."""
