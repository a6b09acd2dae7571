"""Corrections on a plain list of rows, one after the other: what one can check by reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from dovetail.core.batch import Kind
from dovetail.corrections.model import QUALITIES, Change, Correction, Undone
from dovetail.corrections.overlay import column
from dovetail.packing.columns import VALID, Block

type Row = tuple[int, int, float | None, int]  # tag, ts, value, quality

OVERRIDE, NONE = QUALITIES["good"], QUALITIES["bad"]
SUBSTITUTED = 1 << 10


@dataclass(frozen=True)
class Said:
    """A correction as the list understands it: what it makes of the rows of its stretch."""

    tag: int
    from_us: int
    to_us: int
    what: str
    samples: tuple[tuple[int, float | None], ...] = ()
    value: float | None = None
    scale: float = 1.0
    offset: float = 0.0
    quality: str | None = None
    known: int = 0
    undone: int | None = None

    def holds(self, as_of: int | None) -> bool:
        seen = self.known <= (10**9 if as_of is None else as_of)
        return seen and not (self.undone is not None and self.undone <= (10**9 if as_of is None else as_of))

    def over(self, rows: list[Row]) -> list[Row]:
        """Rows in arrival order as they are after it."""
        mine: Callable[[Row], bool] = lambda row: row[0] == self.tag and self.from_us <= row[1] < self.to_us  # noqa: E731
        given = [(self.tag, ts, value, NONE if value is None else OVERRIDE) for ts, value in self.samples]
        match self.what:
            case "delete":
                return [row for row in rows if not mine(row)]
            case "replace":
                return [row for row in rows if not mine(row)] + given
            case "insert":
                return rows + given
            case _:
                return [self._changed(row) if mine(row) else row for row in rows]

    def _changed(self, row: Row) -> Row:
        tag, ts, value, quality = row
        if self.value is not None:
            return (tag, ts, self.value, QUALITIES[self.quality or "good"])  # type: ignore[index]
        if value is None:
            return row
        if self.quality == "bad":
            return (tag, ts, None, NONE)
        if (self.scale, self.offset) != (1.0, 0.0):
            value, quality = value * self.scale + self.offset, quality | SUBSTITUTED
        return (tag, ts, value, QUALITIES[self.quality] if self.quality else quality)  # type: ignore[index]

    def correction(self, number: int) -> Correction:
        """The same in the room's own form."""
        change = Change(
            Kind.F64,
            self.value,
            self.scale,
            self.offset,
            QUALITIES[self.quality] if self.quality else None,  # type: ignore[index]
        )
        rows = sorted(self.samples, key=lambda row: row[0])
        given = Block(
            Kind.F64,
            np.full(len(rows), self.tag, dtype=np.int64),
            np.array([ts for ts, _ in rows], dtype=np.int64),
            column(Kind.F64, [0.0 if value is None else value for _, value in rows]),
            np.array([NONE if value is None else OVERRIDE | VALID for _, value in rows], dtype=np.uint32),
        )
        gives = self.what in ("replace", "insert")
        return Correction(
            id=number, tag=self.tag, equipment_id=1,
            what={"replace": "amend", "change": "amend"}.get(self.what, self.what),  # type: ignore[arg-type]
            from_us=self.from_us, to_us=self.to_us, change=change if self.what == "change" else None,
            given=given if gives else None, under=0, reason="", by_id="", by_name="", at_us=0, known=self.known,
        )  # fmt: skip


@dataclass
class NaiveCorrections:
    """Every correction ever said, in the order of knowledge."""

    said: list[Said] = field(default_factory=list)

    def over(self, rows: list[Row], as_of: int | None) -> list[Row]:
        """What counts of rows in arrival order; a row that equals an earlier one is left out."""
        for one in self.said:
            rows = one.over(rows) if one.holds(as_of) else rows
        return list(dict.fromkeys(rows))

    def say(self, one: Said, known: int) -> Correction:
        self.said.append(replace(one, known=known))
        return self.said[-1].correction(len(self.said))

    def undo(self, which: int, known: int) -> dict[int, Undone]:
        """Take one back, unless it is already; what the index has to hear of it."""
        at = which % len(self.said)
        fresh = self.said[at].undone is None
        self.said[at] = replace(self.said[at], undone=known if fresh else self.said[at].undone)
        return {at + 1: Undone("", 0, "", known)} if fresh else {}
