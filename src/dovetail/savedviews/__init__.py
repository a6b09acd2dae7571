"""Views of a screen that people keep under a name: for themselves, or for all who see the equipment they show."""
