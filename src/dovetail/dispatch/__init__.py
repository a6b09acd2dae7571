"""What is to run, how much of it and when: job orders, and how they come to run."""
