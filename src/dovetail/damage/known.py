"""Stretches of signals whose bytes a disk has spoilt: declared holes, which neither stop nor fool their neighbours.

A chunk that cannot be read is a hole from the moment somebody stumbles over it. Whoever moves chunks then sets it
aside in one commit of its month, where it is kept as it lies; it is never opened in passing again. A chunk whose
samples are whole and only its header is not is no hole: its samples answer, and in that commit it gets a new one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore.aside import EVERY, Damaged
from dovetail.chunkstore.files import MONTHS, Files, name_of, number_of
from dovetail.chunkstore.months import Month, Months, begin_of
from dovetail.chunkstore.opening import OnDamage, Opening
from dovetail.core.batch import Kind
from dovetail.core.clock import Clock
from dovetail.core.errors import DamagedError, LinkError, MalformedError
from dovetail.core.setaside import set_aside, tell, untold
from dovetail.damage import anew, wholes
from dovetail.packing.columns import Block

type Lost = Callable[[NDArray[np.int64]], NDArray[np.bool_]]  # of which of these tags something cannot be read

log = logging.getLogger(__name__)

_SAID = {
    "samples": "%s: %d samples are a hole from now on, until somebody mends it",
    "header": "%s: its %d samples are whole, and it is derived from them anew",
}


def nothing(tags: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For who does not know: nothing is lost."""
    return np.zeros(len(tags), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Hole:
    """`n` samples of a tag that cannot be read, the first at `t0`, the last at `t1`; in the month of this number."""

    month: int
    of: Damaged
    is_aside: bool

    @property
    def key(self) -> tuple[int, int, int, int, str]:
        """What tells it from all others: a month may be lost twice."""
        return self.month, self.of.id, self.of.tag, self.of.t0, self.of.why

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
        self._whole: tuple[Hole, ...] = ()  # months of which nothing can be read, of whatever tag
        self.mended = 0  # headers that were derived anew since this process began
        if months is not None:
            self._load(months)

    def _load(self, months: Months) -> None:
        """What was set aside before this process began; of a month whose end a kill has kept untold it is told now."""
        for month in months.newest_first():
            try:
                with months.view(month) as view:
                    self._aside[month] = view.aside() if view.sealed >= 0 else []
            except MalformedError as error:
                self.renew(months, month, error.message)
        for kept in untold(months.storage.folder, MONTHS) if isinstance(months.storage, Files) else ():
            self._declare(months, number_of(kept.name), kept, "a month that was no whole database any more")
        self._settle()

    def renew(self, months: Months, number: int, why: str) -> None:
        """A month that cannot be read as a whole: its file is set aside, a new one says so. While nothing is sealed."""
        storage = months.storage
        if isinstance(storage, Files):  # a server looks after its own pages
            self._declare(
                months, number, months.replaced(number, lambda: set_aside(storage.folder, name_of(number))), why
            )

    def _declare(self, months: Months, number: int, kept: Path, why: str) -> None:
        at_us = self._clock.now_us()
        n, sealed = wholes.last_words(kept)
        t0, t1 = begin_of(number), max(begin_of(number), min(begin_of(number + 1) - 1, at_us))
        why = f"{why}; the file is kept as {kept}"
        with months.use(number) as month:
            with month.view() as view:
                aside = view.aside()
            if not any(str(kept) in one.why for one in aside):
                aside = month.declare((0, EVERY, 0, t0, t1, n, sealed, at_us, why, str(kept).encode(), None))
        tell(kept)
        with self._lock:
            self._aside[number] = aside
            self._found.pop(number, None)
            self._settle()

    def ends(self, months: Months, unknown: Callable[[int, Kind, int], Block]) -> Iterator[Block]:
        """The newest samples of all months, oldest first; where a newer one is lost, that nothing is known of it."""
        seen: dict[int, Kind] = {}
        for number in reversed(months.newest_first()):
            try:
                with months.view(number, self.watch(number)) as view:
                    found = list(view.ends())
            except MalformedError as error:
                self.renew(months, number, error.message)
                found = []
            if whole := [one for one in self._whole if one.month == number]:
                yield from (unknown(tag, kind, whole[0].t0) for tag, kind in seen.items())
            yield from found
            seen |= {int(block.tag[0]): block.kind for block in found}
        yield from (unknown(one.of.tag, Kind(one.of.kind), one.t1) for one in self.all() if one.of.tag != EVERY)

    def watch(self, month: int) -> OnDamage:
        """For who reads a month: a chunk that cannot be read is noted and passed over."""
        searched: set[int] = set()  # by this reader, who reads one moment of the month

        def heard(view: Opening, tag: int, error: DamagedError) -> None:
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

        def heard(view: Opening, tag: int, error: DamagedError) -> None:
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
        headers = [one for one in found if one.what == "header"]
        samples = [one for one in found if one.what == "samples"]
        aside = month.set_aside(samples)  # first: what overlaps a chunk that is written anew has to be whole
        with self._lock:
            self._aside[number] = aside
            self._done(number, samples)
        try:
            if headers:
                anew.derive(month, headers)
        except DamagedError:  # the samples that a header was to be derived from went, too, since they were looked at
            with month.view() as view:
                for tag in sorted({one.tag for one in found}):
                    self.note(number, tag, view.search(tag, at_us=self._clock.now_us()))
            return True
        with self._lock:
            self._done(number, headers)
            self.mended += len(headers)
        return True

    def _done(self, number: int, found: Sequence[Damaged]) -> None:
        for one in found:
            self._found.get(number, {}).pop(one.id, None)
        self._settle()

    def filled(self, number: int, month: Month, holes: Sequence[Hole], told: Sequence[Sequence[object]] = ()) -> None:
        """Samples of holes have come back from elsewhere: there are no holes any more, but those that are `told` of
        what came back (`aside.COLUMNS`). While nothing is sealed."""
        aside = month.filled([one.of for one in holes], told)
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
        self._whole = tuple(of.pop(EVERY, ()))
        self._of = {tag: tuple(some) for tag, some in of.items()}

    def of(self, tag: int, from_us: int, to_us: int) -> Sequence[Hole]:
        """What cannot be read of a tag in [from_us, to_us), the oldest first."""
        known = (*self._whole, *self._of.get(tag, ())) if self._whole else self._of.get(tag, ())
        found = [one for one in known if one.t0 < to_us and one.t1 >= from_us]
        return sorted(found, key=lambda one: one.t0) if self._whole else found

    def wholly(self, from_us: int, to_us: int) -> list[tuple[int, int]]:
        """(first, last) of months that were set aside as a whole, as far as they touch [from_us, to_us)."""
        return [(one.t0, one.t1) for one in self._whole if one.t0 < to_us and one.t1 >= from_us]

    def among(self, tags: Iterable[int], from_us: int, to_us: int) -> set[int]:
        """Those of the tags of which something cannot be read in [from_us, to_us)."""
        known = self._of
        if not known and not self._whole:
            return set()
        return {tag for tag in tags if (self._whole or tag in known) and self.of(tag, from_us, to_us)}

    def holds_until(self, tag: int, ts_us: int, at_us: int) -> int | None:
        """From when on, before `at_us`, a sample says nothing: a hole begins after it. None: it holds.

        What lies amid a hole, because it came late or a person gave it back, holds until the next one.
        """
        return min((one.t0 for one in self.of(tag, ts_us, at_us) if one.t0 > ts_us), default=None)

    def lost(self, tags: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of which of these tags something cannot be read."""
        return np.ones(len(tags), dtype=np.bool_) if self._whole else np.isin(tags, list(self._of))

    def all(self) -> list[Hole]:
        """Every one, by tag and time; those of every tag first."""
        return [*self._whole, *(one for tag in sorted(self._of) for one in self._of[tag])]
