"""Pieces that were counted in one unit, as pieces in the unit of the product that ran: exactly, and nothing lost."""
