"""Figures that stay, kept under a name and sealed by a hash or signed with their shift, and what they are now."""
