"""What a terminal asks of that which lies elsewhere than the installation itself."""
