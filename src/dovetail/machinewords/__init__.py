"""In which words machines of two standards say what they do, and what a work unit does by them."""
