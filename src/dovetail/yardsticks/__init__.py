"""What figures are held against: the conventions that a plant chose, and the targets it set itself."""
