"""A power cut at a named point: what tests of any room raise where the process would be gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dovetail.core import faults


class PlugPulledError(BaseException):
    """The process would be gone here."""


@contextmanager
def plug() -> Iterator[Callable[[str, int], None]]:
    """Arms the n-th passing of a point; `never` disarms. Afterwards nothing is armed."""
    untouched = faults.on_point
    passed = {"n": 0}

    def arm(name: str, nth: int) -> None:
        passed["n"] = nth

        def on_point(point: str) -> None:
            passed["n"] -= point == name
            if passed["n"] == 0:
                raise PlugPulledError(point)

        faults.on_point = on_point

    try:
        yield arm
    finally:
        faults.on_point = untouched
