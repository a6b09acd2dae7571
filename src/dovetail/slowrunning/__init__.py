"""Where machines ran, but too slowly for longer than a moment; and what that cost of the speed lost."""
