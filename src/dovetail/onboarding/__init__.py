"""The desk at which a device is connected by clicks: try it, say what its signals mean, and see the plant code."""
