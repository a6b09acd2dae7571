"""One body, from its bytes to what is kept of it, or to what is wrong in it and where, by JSON pointer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dovetail.core.limits import INTAKE_ROWS_MAX
from dovetail.drivers.base import Point
from dovetail.drivers.jsonrows import MISSING, NotJsonError, decoded, member, walk
from dovetail.drivers.posts import Flaw, UnfitError
from dovetail.drivers.rowplaces import Place
from dovetail.drivers.rowtaking import Fault, RowTaker, Taken, timed, wanted
from dovetail.drivers.rowtimes import reader
from dovetail.drivers.webhook.address import column, pointer
from dovetail.drivers.webhook.options import WebhookOptions

SENDER: Final = "whoever sends it can mend it; where kinds, times or places disagree, whoever wrote the connection"


@dataclass(frozen=True, slots=True)
class Read:
    """The samples of a body, and what was left out of it."""

    taken: Taken
    flaws: tuple[Flaw, ...]

    @property
    def samples(self) -> int:
        return sum(len(batch) for batch in self.taken.batches)


class Reader:
    """What a connection and its tags make of a body."""

    def __init__(self, points: Sequence[tuple[Point, Place]], options: WebhookOptions) -> None:
        self.points = tuple(point for point, _ in points)
        self._options = options
        self._records = column(options.records)
        self._time = "" if options.time is None else pointer(column(options.time))
        self._columns = {place.column.written: pointer(place.column) for _, place in points}
        self._is_selective = any(place.only for _, place in points)
        looks = [wanted(point, place, member) for point, place in points]
        time = None
        if options.time is not None:
            time = timed(member(column(options.time)), reader(options.time_format, options.zone))
        self._taker = RowTaker(looks, time, time_column=self._time)

    def read(self, body: bytes, *, now_us: int) -> Read:
        """All of it. Raises UnfitError: then nothing of it is taken."""
        rows, prefix = self._rows(body)
        taken = self._taker.take(enumerate(rows), now_us=now_us, arrived_us=now_us)
        flaws = tuple(self._flaw(fault, prefix) for fault in taken.faults)
        if flaws and (self._options.bad_row == "refuse" or taken.skipped == taken.rows):
            raise UnfitError(flaws, hint=SENDER)
        found = Read(taken, flaws)
        if not found.samples and not self._is_selective:
            raise UnfitError([self._nothing(rows, prefix)], code="intake-nothing", hint=SENDER)
        return found

    def _rows(self, body: bytes) -> tuple[list[Any], str | None]:
        """The rows, and the pointer before a row's number (None: the body's only row is at `records` itself)."""
        try:
            document = decoded(body)
        except NotJsonError as error:
            what = f"{error} (line {error.line}, character {error.character})"
            raise UnfitError([Flaw("", what)], code="intake-json", hint="whoever sends it can mend it") from error
        at = pointer(self._records)
        found = walk(document, self._records.steps)
        if found is MISSING or found is None:
            what = f"there is nothing here, where the rows should be; the body has {_members(document)}"
            raise UnfitError([Flaw(at, what)], code="intake-nothing", hint=SENDER)
        if not isinstance(found, list):
            return [found], None
        if len(found) > INTAKE_ROWS_MAX:
            what = f"{len(found)} rows, and one body has at most {INTAKE_ROWS_MAX}"
            raise UnfitError([Flaw(at, what)], code="intake-long", hint="send them in several bodies")
        return found, at

    def _flaw(self, fault: Fault, prefix: str | None) -> Flaw:
        """A fault at its pointer into the body."""
        place = self._columns.get(fault.column, fault.column)
        return Flaw(self._row(fault.line, prefix) + place, fault.what)

    def _row(self, number: int, prefix: str | None) -> str:
        return pointer(self._records) if prefix is None else f"{prefix}/{number}"

    def _nothing(self, rows: Sequence[Any], prefix: str | None) -> Flaw:
        if not rows:
            return Flaw(prefix or "", "the list of rows is empty")
        wants = ", ".join(list(self._columns.values())[:8]) or "no tags"
        what = f"no tag finds a value here: the connection looks for {wants}; this has {_members(rows[0])}"
        return Flaw(self._row(0, prefix), what)


def _members(document: Any) -> str:
    """What there is, for a person who looks for what should be there."""
    if isinstance(document, dict):
        return ", ".join(str(name)[:40] for name in list(document)[:8]) or "no members"
    return {list: "a list", str: "a text", bool: "a truth value", type(None): "null"}.get(type(document), "a number")
