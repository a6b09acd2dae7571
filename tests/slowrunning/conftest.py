"""Slow running is found on the same small plants as the ledger."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / room) for room in ("counting", "timeline", "performance")]
