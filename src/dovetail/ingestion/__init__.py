"""Workers that store what comes over the transport, each the frames of its share of the plant's links."""
