"""How far links vouch for their values, while what was collected during an outage is still on its way too."""
