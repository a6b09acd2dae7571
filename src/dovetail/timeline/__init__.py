"""What people say of the past, laid over what the signals say: the timeline that everyone reads."""
