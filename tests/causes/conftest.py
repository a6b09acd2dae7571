"""Causes are found on the same small plants as the ledger, and on the virtual line as it was walked."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / room) for room in ("performance", "walk", "lineflow")]
