"""Sums of stops, causes and slow running are explained on the same small line as that on which pieces are counted."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / room) for room in ("counting", "timeline", "performance")]
