"""Signed shifts are tried on the small plant of the timeline, with its ledger."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / room) for room in ("timeline", "performance", "counting")]
