"""How the running shift and the running job do against the plan, and how they end, while there is time to act."""
