"""Orders stand on the same small lines as the jobs and the pieces."""

from __future__ import annotations

import sys
from pathlib import Path

for room in ("production", "counting"):
    sys.path.insert(0, str(Path(__file__).parents[1] / room))
