"""What signals seem to mean: claims from a while of watching, each with how sure it is and on what it rests."""
