"""Samples that only say again what their signal said before: told from the others as columns, and left out.

A PLC that is read ten times a second says the same nearly always. Who reads a signal for its changes alone derives
the same without those samples: between two marks a value holds, whether it was said once or a hundred times. What
was left out is remembered as stretches of time: a sample that comes late into one of them makes those after it say
something new, and who has not derived them yet asks the historian, which has them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Batch
from dovetail.core.clock import HOUR_US

NEVER_US: Final = -(1 << 62)
STRETCHES_MAX: Final = 32  # of one tag that wait to be derived; more are closed up, which asks the historian more often
_UNLIKE: Final = -1  # a kind that no sample has: what was said last is nothing to hold the next against
_NUMBERS: Final = "iufb"

type Place = NDArray[np.intp]
type Mask = NDArray[np.bool_]


class Repeats:
    """What each followed tag said last, and where samples of it were left out: (the moment before, the last of them].

    For one thread; `newest_us` may be asked from any.
    """

    def __init__(self, readers: Mapping[int, Sequence[int]] | None = None, was: Repeats | None = None) -> None:
        """`readers`: of each tag to follow; none but reads it for its changes alone. What `was` knows stays known."""
        self._readers = sorted((readers or {}).items())
        self._at = {tag: place for place, (tag, _) in enumerate(self._readers)}
        self._tags = np.array([tag for tag, _ in self._readers], dtype=np.int64)
        self._of: dict[int, list[int]] = {}  # the places of what a reader reads
        for place, (_, numbers) in enumerate(self._readers):
            for number in numbers:
                self._of.setdefault(number, []).append(place)
        length = len(self._tags)
        self._ts = np.full(length, NEVER_US)  # of the newest sample
        self._bits = np.zeros(length, dtype=np.int64)
        self._kind = np.full(length, _UNLIKE)
        self._from_us, self._to_us = np.full(length, NEVER_US), np.full(length, NEVER_US)  # the newest stretch
        self._older: dict[int, list[tuple[int, int]]] = {}
        self._derived_us: dict[int, int] = {}
        if was is not None:
            self._take_over(was)

    def _take_over(self, was: Repeats) -> None:
        self._derived_us = was._derived_us
        for new, old in ((self._at[tag], was._at[tag]) for tag in self._at.keys() & was._at.keys()):
            for mine, known in zip(self._columns(), was._columns(), strict=True):
                mine[new] = known[old]
            self._older[new] = was._older.get(old, [])
            if not {*self._readers[new][1]} <= {*was._readers[old][1]}:
                self._kind[new] = _UNLIKE  # who reads it from now on is shown its next sample

    def _columns(self) -> tuple[NDArray[np.int64], ...]:
        return self._ts, self._bits, self._kind, self._from_us, self._to_us

    # --- leaving out -----------------------------------------------------------------------------------------
    def sift(self, batches: Iterable[Batch]) -> tuple[list[Batch], set[int]]:
        """(what may say something new, who did not see what is something new now: they have to ask the historian)."""
        torn: dict[int, int] = {}
        found = [self._sifted(batch, torn) for batch in batches] if len(self._tags) else list(batches)
        asking = {one for place, last_us in torn.items() for one in self._missed(place, last_us)}
        return [batch for batch in found if batch is not None], asking

    def _sifted(self, batch: Batch, torn: dict[int, int]) -> Batch | None:
        place = np.searchsorted(self._tags, batch.tag)
        place[place == len(self._tags)] = 0
        at = np.flatnonzero(self._tags[place] == batch.tag)
        if not len(at):
            return batch
        place = place[at]
        if bool((place[1:] <= place[:-1]).any()):  # not one of each tag in the order of the tags, as a poll has them
            order = np.argsort(place, kind="stable")
            at, place = at[order], place[order]
        says_new = self._heard(batch, at, place, torn)
        if says_new.all():
            return batch
        kept = np.ones(len(batch), dtype=np.bool_)
        kept[at[~says_new]] = False
        return batch.take(kept) if kept.any() else None

    def _heard(self, batch: Batch, at: Place, place: Place, torn: dict[int, int]) -> Mask:
        """Which samples are not to be left out; of one tag in a batch all or none. `at`, `place`: by tag.

        `torn`: of what was left out at a place, and is told otherwise now, the last.
        """
        ts, quality = batch.ts[at], batch.quality[at]
        bits, good = _bits(batch, at, q.good_mask(quality) & batch.valid[at])
        first = np.ones(len(at), dtype=np.bool_)
        first[1:] = place[1:] != place[:-1]
        was_us, was_bits = _before(self._ts[place], ts, first), _before(self._bits[place], bits, first)
        alike = _before(self._kind[place] == batch.kind, good, first)
        astray = (ts <= was_us) | (quality >= q.SAID_AGAIN)
        rare = ts - was_us > HOUR_US  # so a stretch lies in the hours of its samples, and in no others
        says_new = astray | rare | ~good | ~alike | (bits != was_bits)
        says_new = _whole(says_new, place)
        astray = _whole(astray, place)
        self._close(np.unique(place[says_new]))
        for one, ts_us in zip(place[astray].tolist(), ts[astray].tolist(), strict=True):
            for from_us, to_us in self._older.get(one, ()):
                if from_us <= ts_us <= to_us:
                    torn[one] = max(to_us, torn.get(one, to_us))
        begins, ends = np.flatnonzero(~says_new & first), np.flatnonzero(~says_new & np.append(first[1:], True))
        fresh = self._to_us[place[begins]] == NEVER_US
        self._from_us[place[begins[fresh]]] = was_us[begins[fresh]]
        self._to_us[place[ends]] = ts[ends]
        last = np.flatnonzero(np.append(first[1:], True))
        self._bits[place[last]] = bits[last]
        self._kind[place[last]] = np.where(good[last] & ~astray[last], int(batch.kind), _UNLIKE)
        np.maximum.at(self._ts, place, ts)
        return says_new

    def _close(self, places: Place) -> None:
        """What comes next of these is not left out: the stretch up to here is one by itself."""
        ended = places[self._to_us[places] != NEVER_US]
        for place in ended.tolist():
            older = self._older.setdefault(place, [])
            older.append((int(self._from_us[place]), int(self._to_us[place])))
            if len(older) > STRETCHES_MAX:
                older[:] = [(min(first for first, _ in older), max(last for _, last in older))]
        self._from_us[ended] = self._to_us[ended] = NEVER_US

    def doubt(self, tag: int | None = None) -> set[int]:
        """What this tag (None: any) said last may be otherwise: its next sample stays in. Who has to ask, as `sift`."""
        places = [place for known, place in self._at.items() if tag is None or known == tag]
        self._kind[np.array(places, dtype=np.intp)] = _UNLIKE
        return self._who_missed(places)

    def let_go(self, kept: Collection[int]) -> set[int]:
        """Who was not shown all of tags other than these, of which no care is taken any more."""
        return self._who_missed([place for tag, place in self._at.items() if tag not in kept])

    def shown(self, reader: int) -> None:
        """A reader has asked the historian, which has all: so far it has missed nothing."""
        self.derived(reader, self.newest_us(reader))

    def derived(self, reader: int, at_us: int) -> None:
        """A reader has derived up to a moment: what was left out by then needs no care on its behalf any more."""
        self._derived_us[reader] = max(at_us, self._derived_us.get(reader, NEVER_US))
        for place in self._of.get(reader, ()):
            done_us = min(self._derived_us.get(one, NEVER_US) for one in self._readers[place][1])
            if self._to_us[place] <= done_us:
                self._from_us[place] = self._to_us[place] = NEVER_US
            if place in self._older:
                self._older[place] = [one for one in self._older[place] if one[1] > done_us]

    # --- questions -------------------------------------------------------------------------------------------
    def _who_missed(self, places: Iterable[int]) -> set[int]:
        return {one for place in places for one in self._missed(place, self._newest([place]))}

    def _missed(self, place: int, last_us: int) -> list[int]:
        """Who was not shown what was left out there up to a moment."""
        return [one for one in self._readers[place][1] if self._derived_us.get(one, NEVER_US) < last_us]

    def newest_us(self, reader: int) -> int:
        """The newest sample that a reader was not shown and of which care is taken; NEVER_US: there is none."""
        return self._newest(self._of.get(reader, ()))

    def hours(self, reader: int, after_us: int, upto_us: int) -> list[int]:
        """The ends in (after_us, upto_us] of the hours in which there are samples that a reader was not shown."""
        found: set[int] = set()
        for first_us, last_us in self._stretches(self._of.get(reader, ())):
            first = -(-(max(first_us, after_us) + 1) // HOUR_US) * HOUR_US
            found.update(range(first, min(upto_us, -(-last_us // HOUR_US) * HOUR_US) + 1, HOUR_US))
        return sorted(found)

    def _newest(self, places: Iterable[int]) -> int:
        return max((last for _, last in self._stretches(places)), default=NEVER_US)

    def _stretches(self, places: Iterable[int]) -> Iterable[tuple[int, int]]:
        for place in places:
            newest = int(self._from_us[place]), int(self._to_us[place])
            yield from chain(self._older.get(place, ()), [newest] if newest[1] != NEVER_US else ())


def _bits(batch: Batch, at: Place, good: Mask) -> tuple[NDArray[np.int64], Mask]:
    """(what can be held against each other bit by bit, which samples are values); texts are not looked at."""
    value: NDArray[Any] = batch.value[at]
    if value.dtype.kind not in _NUMBERS:
        return np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.bool_)
    if value.dtype.kind == "f":
        return value.view(np.int64), good & np.isfinite(value)
    return value.astype(np.int64), good  # u64 wraps around, each to a number of its own


def _before[T: np.generic](known: NDArray[T], said: NDArray[T], first: Mask) -> NDArray[T]:
    """What stands before each sample: of the first of its tag what is known, of the others the one before it."""
    return np.where(first, known, np.concatenate((said[:1], said[:-1])))


def _whole(some: Mask, place: Place) -> Mask:
    """The samples of all tags of which there is one among `some`."""
    if not some.any():
        return some
    hit = np.zeros(int(place[-1]) + 1, dtype=np.bool_)
    hit[place[some]] = True
    return hit[place]
