"""How the head of the historian is followed: what is asked of it, what need not be looked at, what came late."""
