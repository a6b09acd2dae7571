"""One folder or file per protocol; its name is the name users write. A driver reads, writes and listens, and nothing else."""
