"""Rates are asked of in the house of the ledger's own tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "performance")]
