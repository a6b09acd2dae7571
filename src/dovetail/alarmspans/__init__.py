"""When the alarms and fault codes of a machine stood, as its signals told them: what lies behind a trend."""
