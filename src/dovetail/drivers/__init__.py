"""One folder or file per protocol; its name is what users write. A driver reads, writes, listens, and nothing else."""
