"""From a device to the sink: sessions that reconnect, poll, choose the time and say how far values are good."""
