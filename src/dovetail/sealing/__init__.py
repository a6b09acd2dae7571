"""Move samples from the head into chunks, and chunks together, in the background: nobody who commits waits for it."""
