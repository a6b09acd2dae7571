"""Why a machine stands: of its own faults the first, else what its plant's rules say of it, with the evidence."""
