"""The plant of the ledger's tests serves here, too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "performance")]
