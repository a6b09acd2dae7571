"""How numbers that are no KPI come about: cycle times and the expected ends of jobs, step by step down to readings."""
