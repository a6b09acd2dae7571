"""Where time was lost and how figures went: Pareto of stops in minutes, stops and pieces, and KPIs shift by shift."""
