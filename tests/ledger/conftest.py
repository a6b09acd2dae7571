"""The pure ledger is tried with the records and jobs that the tests of the room above it write down."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / room) for room in ("performance", "counting")]
