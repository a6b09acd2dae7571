"""One owner per data folder, and the local socket on which whoever else opens it asks that owner."""
