"""What a stop does to its neighbours: how units of a line are coupled, and which one a lost minute comes from."""
