"""What the time and the pieces of a plant come to: the ledger, the KPIs over it, and why a figure is what it is."""
