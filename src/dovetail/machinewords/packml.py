"""The numbers of PackML, ISA-TR88.00.02 (2015)."""

from __future__ import annotations

from typing import Final

PACKML_STATES: Final[dict[int, str]] = {
    1: "Clearing", 2: "Stopped", 3: "Starting", 4: "Idle", 5: "Suspended", 6: "Execute", 7: "Stopping",
    8: "Aborting", 9: "Aborted", 10: "Holding", 11: "Held", 12: "Unholding", 13: "Suspending",
    14: "Unsuspending", 15: "Resetting", 16: "Completing", 17: "Complete",
}  # fmt: skip
PACKML_MODES: Final[dict[int, str]] = {1: "Production", 2: "Maintenance", 3: "Manual"}
