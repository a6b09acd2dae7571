"""Lists of tags as plants keep them, read from the bytes of a file: who wrote which column, and what each row means."""
