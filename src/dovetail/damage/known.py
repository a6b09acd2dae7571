"""Stretches of signals whose bytes a disk has spoilt: declared holes, which neither stop nor fool their neighbours.

A chunk that cannot be read is a hole from the moment somebody stumbles over it. Whoever moves chunks then sets it
aside in one commit of its month, where it is kept as it lies; it is never opened in passing again. A chunk whose
samples are whole and only its header is not is no hole: its samples answer, and in that commit it gets a new one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from dovetail.chunkstore.aside import Damaged
from dovetail.chunkstore.months import Month, Months, OnDamage, View
from dovetail.core.clock import Clock
from dovetail.core.errors import DamagedError, LinkError

type Lost = Callable[[], Sequence[int]]  # the tags of which something cannot be read

log = logging.getLogger(__name__)

_SAID = {
    "samples": "%s: %d samples are a hole from now on, until somebody mends it",
    "header": "%s: its %d samples are whole, and it is derived from them anew",
}


@dataclass(frozen=True, slots=True)
class Hole:
    """`n` samples of a tag that cannot be read, the first at `t0`, the last at `t1`; in the month of this number."""

    month: int
    of: Damaged
    is_aside: bool

    @property
    def t0(self) -> int:
        return self.of.t0

    @property
    def t1(self) -> int:
        return self.of.t1

    @property
    def n(self) -> int:
        return self.of.n


class Damage:
    """All that is known of it. Thread-safe; of a tag that has none one look tells so.

    In a copy nothing is set aside, and its site mends it: whoever stumbles there searches the tag's month anew.
    """

    def __init__(self, clock: Clock, months: Months | None = None, *, where: Literal["site", "copy"] = "site") -> None:
        self._clock, self._where = clock, where
        self._lock = threading.Lock()
        self._aside: dict[int, list[Damaged]] = {}  # by month
        self._found: dict[int, dict[int, Damaged]] = {}  # by month and chunk: not set aside yet
        self._of: dict[int, tuple[Hole, ...]] = {}  # by tag
        self.mended = 0  # headers that were derived anew since this process began
        if months is not None:
            self._load(months)

    def _load(self, months: Months) -> None:
        """What was set aside before this process began."""
        for month in months.newest_first():
            with months.view(month) as view:
                self._aside[month] = view.aside()
        self._settle()

    def watch(self, month: int) -> OnDamage:
        """For who reads a month: a chunk that cannot be read is noted and passed over."""
        searched: set[int] = set()  # by this reader, who reads one moment of the month

        def heard(view: View, tag: int, error: DamagedError) -> None:
            known = any(one.tag == tag for one in list(self._found.get(month, {}).values()))
            if tag in searched or (known and self._where == "site"):
                return  # of a site more of it, if there is more, is found once this is set aside
            found = view.search(tag, at_us=self._clock.now_us())
            if not found:
                raise error  # what could not be read a moment ago: the disk says now this, now that
            searched.add(tag)
            self.note(month, tag, found)

        return heard

    def note(self, month: int, tag: int, found: Sequence[Damaged]) -> None:
        """All that a search of a tag has found; it takes the place of what was known, and is said where it was not."""
        with self._lock:
            before = self._found.get(month, {})
            others = {one.id: one for one in before.values() if one.tag != tag}
            self._found[month] = others | {one.id: one for one in found}
            self._settle()
        for one in found:
            if one.id not in before:
                log.error(_SAID[one.what], one.why, one.n)

    def refuse(self, month: int) -> OnDamage:
        """For who must have all of it or nothing: the same, and a LinkError. Once it is set aside it is nobody's."""
        watch = self.watch(month)

        def heard(view: View, tag: int, error: DamagedError) -> None:
            watch(view, tag, error)
            raise LinkError(f"{error.message}: it is set aside first", code=error.code) from error

        return heard

    def months(self) -> list[int]:
        """Where something was found that is not set aside."""
        with self._lock:
            return [month for month, found in self._found.items() if found]

    def set_aside(self, number: int, month: Month) -> bool:
        """Set aside what was found of a month; whether anything was. While nothing is sealed. Raises LinkError."""
        with self._lock:
            found = list(self._found.get(number, {}).values())
        if not found:
            return False
        try:
            aside = month.set_aside(found)
        except DamagedError:  # the samples that a header was to be derived from went, too, since they were looked at
            with month.view() as view:
                for tag in sorted({one.tag for one in found}):
                    self.note(number, tag, view.search(tag, at_us=self._clock.now_us()))
            return True
        with self._lock:
            self._aside[number] = aside
            for one in found:
                self._found[number].pop(one.id, None)
                self.mended += one.what == "header"
            self._settle()
        return True

    def filled(self, number: int, month: Month, holes: Sequence[Hole]) -> None:
        """Samples of holes have come back from elsewhere: there are no holes any more. While nothing is sealed."""
        aside = month.filled([one.of for one in holes])
        with self._lock:
            self._aside[number] = aside
            self._settle()

    def went(self, month: int) -> None:
        """A month went as a whole, with what was set aside of it."""
        with self._lock:
            self._aside.pop(month, None)
            self._found.pop(month, None)
            self._settle()

    def _settle(self) -> None:
        holes = [Hole(month, one, True) for month, some in self._aside.items() for one in some]
        found = ((month, one) for month, some in self._found.items() for one in some.values())
        holes += [Hole(month, one, False) for month, one in found if one.what == "samples"]
        of: dict[int, list[Hole]] = {}
        for hole in sorted(holes, key=lambda one: one.t0):
            of.setdefault(hole.of.tag, []).append(hole)
        self._of = {tag: tuple(some) for tag, some in of.items()}

    def of(self, tag: int, from_us: int, to_us: int) -> Sequence[Hole]:
        """What cannot be read of a tag in [from_us, to_us), the oldest first."""
        return [one for one in self._of.get(tag, ()) if one.t0 < to_us and one.t1 >= from_us]

    def among(self, tags: Iterable[int], from_us: int, to_us: int) -> set[int]:
        """Those of the tags of which something cannot be read in [from_us, to_us)."""
        known = self._of
        return {tag for tag in tags if tag in known and self.of(tag, from_us, to_us)} if known else set()

    def holds_until(self, tag: int, ts_us: int, at_us: int) -> int | None:
        """From when on, before `at_us`, a sample says nothing: a hole begins after it. None: it holds.

        What lies amid a hole, because it came late or a person gave it back, holds until the next one.
        """
        return min((one.t0 for one in self.of(tag, ts_us, at_us) if one.t0 > ts_us), default=None)

    def tags(self) -> list[int]:
        """Those of which something cannot be read."""
        return list(self._of)

    def all(self) -> list[Hole]:
        """Every one, by tag and time."""
        return [one for tag in sorted(self._of) for one in self._of[tag]]
