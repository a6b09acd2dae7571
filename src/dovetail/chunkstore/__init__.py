"""Keep the bytes of samples on disk: durable at once in the head, moved into chunks of months in the background."""
