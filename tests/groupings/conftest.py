"""Groupings are asked of the six days that the losses are."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / room) for room in ("timeline", "performance", "losses")]
