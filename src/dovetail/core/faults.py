"""Named moments at which a test may kill the program: between any two steps whose order the plant relies on.

Off unless a test process sets `on_point`; the names are the steps of store → decide → seal.
"""

from __future__ import annotations

from collections.abc import Callable


def _nothing(name: str) -> None:
    """The production behaviour: pass."""


on_point: Callable[[str], None] = _nothing


def point(name: str) -> None:
    """Say that the step `name` has just been completed."""
    on_point(name)
