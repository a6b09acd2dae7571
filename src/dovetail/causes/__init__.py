"""Why a line lost time: the unit and the stop that each lost minute comes from, and what it would have made without."""
