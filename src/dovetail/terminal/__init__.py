"""The day's work from a terminal: jobs, pieces, stops, calendars, people, secrets; every verb is an operation."""
