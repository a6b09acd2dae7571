"""The rooms of an installation, each given what it needs of the others."""
