"""What signals came to over even intervals, and over what happened: jobs, lots, shifts, stops."""
