"""What other systems post to the plant: let in by a proof of their own, not too often, kept before it is answered."""
