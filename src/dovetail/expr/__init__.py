"""What a person may compute from signals: a small language that is checked before it runs and can do no harm."""
