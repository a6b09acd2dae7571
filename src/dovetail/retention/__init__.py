"""How long a plant keeps its samples, by rule: what goes when, what is held back, and what is known of what went."""
