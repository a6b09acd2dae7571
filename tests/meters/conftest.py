"""Readings by hand are made on the small line of the pieces."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "counting"))

from counting_fixtures import on_both, plant

__all__ = ["on_both", "plant"]
