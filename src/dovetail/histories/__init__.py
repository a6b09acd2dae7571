"""What other historians kept, brought into ours: looked at first, then stored over the import lane."""
