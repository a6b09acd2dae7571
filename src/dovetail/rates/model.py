"""A standard rate with its origin: said of an order or a job, of a product on equipment, or of the equipment. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dovetail.core.clock import to_rfc3339

type Source = Literal["job", "order", "product", "equipment"]


@dataclass(frozen=True, slots=True)
class Said:
    """Who made a change of the records, by which operation, and when. `version`: that of the plant code it applied."""

    operation: str | None = None
    by: str | None = None
    at_us: int | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """Pieces per minute that somebody gave. `at`: the order, or the equipment's path, of which it was said; it is so
    in [since_us, until_us); None: longer than was looked at, or with no end."""

    upm: float
    source: Source
    at: str | None
    since_us: int | None
    until_us: int | None
    said: Said = Said()

    def told(self) -> dict[str, Any]:
        """As a step of an explanation tells it; what is not known is left out."""
        moments = {"rate_since": self.since_us, "rate_until": self.until_us, "rate_said": self.said.at_us}
        found: dict[str, Any] = {"rate_from": self.source, "rate_at": self.at, "rate_version": self.said.version}
        found |= {"rate_how": self.said.operation, "rate_by": self.said.by}
        found |= {name: None if us is None else to_rfc3339(us) for name, us in moments.items()}
        return {name: value for name, value in found.items() if value is not None}


def named_at(rates_upm: Mapping[str, float], path: str) -> str | None:
    """The path at which a product's rate on an equipment is written: its own, or the nearest above it.

    >>> named_at({"acme/line1": 90.0}, "acme/line1/filler")
    'acme/line1'
    """
    while path:
        if path in rates_upm:
            return path
        path = path.rpartition("/")[0]
    return None


def holds(at_us: int, changes: Sequence[int], rate_at: Callable[[int], float | None]) -> tuple[int | None, int | None]:
    """[since, until) around a moment in which a rate is what it is then, by the moments at which definitions change.
    None: it was so before the first of them; without an end.

    >>> holds(25, (10, 20, 30), lambda at_us: 90.0 if at_us < 20 else 100.0)
    (20, None)
    >>> holds(15, (10, 20, 30), lambda at_us: 90.0 if at_us < 20 else 100.0)
    (None, 20)
    """
    rate = rate_at(at_us)
    before = (moment_us for moment_us in reversed(changes) if moment_us <= at_us)
    later = (moment_us for moment_us in changes if moment_us > at_us)
    since_us = next((moment_us for moment_us in before if rate_at(moment_us - 1) != rate), None)
    return since_us, next((moment_us for moment_us in later if rate_at(moment_us) != rate), None)
