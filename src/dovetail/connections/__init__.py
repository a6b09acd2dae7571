"""When each connection of the plant was up or down, why, and who has to be told."""
