"""The running shift from a terminal: how it does, and the orders it works on."""
