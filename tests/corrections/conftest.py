"""What is corrected is followed down to figures on the small line of the counting tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "counting")]
