"""What a site holds of its signals in chunks, as it counts: listed by stretches, and read stretch by stretch."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from dovetail.chunkstore.months import Months, View, begin_of, month_of
from dovetail.chunkstore.opening import OnDamage
from dovetail.copies.model import Piece, Stretch, mark_of
from dovetail.corrections.model import Correction
from dovetail.corrections.overlay import laid
from dovetail.forwarding.model import Selection
from dovetail.packing.columns import Block, concat
from dovetail.packing.found import Listed

type WentOf = Callable[[int, int, int], Sequence[tuple[int, int]]]  # (tag, from, to) → first and last of what went
type Standing = Mapping[int, Sequence[Correction]]  # the corrections that count now, by tag


class Site:
    """The sealed samples of one installation; `standing` are its corrections. Thread-safe.

    `heard`: of a month, who is told of a chunk that cannot be read, and raises LinkError: a copy gets all or nothing.
    `went`: what of a tag a retention rule let go of here, which a copy keeps, each time for itself: what comes late
    for the time between two of them is brought.
    """

    def __init__(
        self,
        months: Months,
        standing: Callable[[], Standing],
        heard: Callable[[int], OnDamage] | None = None,
        *,
        went: WentOf = lambda _tag, _from_us, _to_us: (),
    ) -> None:
        self._months, self._standing, self._heard, self._went = months, standing, heard, went

    def months(self, selection: Selection) -> list[int]:
        """The months of which there is anything, the newest first."""
        given = {month for found in self._of(selection).values() for one in found for month in _given_months(one)}
        return sorted(given.union(self._months.newest_first()), reverse=True)

    def state(self, month: int, selection: Selection) -> bytes:
        """What is another whenever the month may have become another for these tags."""
        span = _span(month)
        said = [_said(one, *span) for found in self._of(selection).values() for one in found if one.touches(*span)]
        sealed = 0
        if self._is_there(month):
            with self._months.view(month) as view:
                sealed = view.sealed
        return mark_of([(sealed, selection.mark), *said])

    @contextmanager
    def look(self, month: int, selection: Selection) -> Iterator[Look]:
        """One month at one moment."""
        span = _span(month)
        every = self._of(selection)
        corrected = {tag: [one for one in found if one.touches(*span)] for tag, found in every.items()}
        if self._is_there(month):
            with self._months.view(month, None if self._heard is None else self._heard(month)) as view:
                yield Look(view, span, corrected, self._went)
        else:
            yield Look(None, span, corrected, self._went)

    def _is_there(self, month: int) -> bool:
        return bool(self._months.between(*_span(month)))

    def _of(self, selection: Selection) -> Standing:
        return {tag: found for tag, found in self._standing().items() if tag in selection.asked}


class Look:
    """A month of a site at one moment; without a view nothing of it was ever sealed."""

    def __init__(self, view: View | None, span: tuple[int, int], corrected: Standing, went: WentOf) -> None:
        self._view, self._span, self._corrected, self._went = view, span, corrected, went

    def went(self, tag: int) -> Sequence[tuple[int, int]]:
        """(first, last) of what a rule let go of a tag in this month."""
        return self._went(tag, *self._span)

    def stretches(self, tags: Sequence[int]) -> dict[int, list[Stretch]]:
        """For each tag its stretches, oldest first."""
        listed = [list[Listed]() for _ in tags] if self._view is None else self._view.listed(tags)
        return {
            tag: _stretches(tag, found, self._corrected.get(tag, ()), self._span, self.went(tag))
            for tag, found in zip(tags, listed, strict=True)
        }

    def piece(self, stretch: Stretch) -> Piece:
        """The samples of a stretch, as they count."""
        tag, from_us, end_us = stretch[:3]
        parts: list[Block] = []
        for block in () if self._view is None else self._view.bodies((tag,), from_us, end_us):
            start, end = np.searchsorted(block.ts, (from_us, end_us), side="left").tolist()
            parts += [block.take(slice(start, end))] if start < end else []
        over = laid(self._corrected.get(tag, ()))
        if over is not None and over.spans(from_us, end_us):
            return Piece(stretch, tuple(over.lay(parts, from_us, end_us)))
        kinds = sorted({part.kind for part in parts})
        return Piece(stretch, tuple(concat([part for part in parts if part.kind is kind]) for kind in kinds))


def _stretches(
    tag: int, chunks: Sequence[Listed], corrections: Sequence[Correction], span: tuple[int, int],
    went: Sequence[tuple[int, int]],
) -> list[Stretch]:  # fmt: skip
    edges = {at_us for t0, t1 in went for at_us in (t0, t1 + 1) if span[0] < at_us < span[1]} if chunks else set[int]()
    cuts = sorted({chunk.t0 for chunk in chunks} | edges)  # what came late for time that went is a stretch of its own
    if any(one.given is not None for one in corrections) and cuts[:1] != [span[0]]:
        cuts.insert(0, span[0])  # what people gave may lie before all that was sent
    found: list[Stretch] = []
    touching: list[Listed] = []
    upcoming = 0
    for from_us, next_us in itertools.pairwise([*cuts, span[1]]):
        touching = [chunk for chunk in touching if chunk.t1 >= from_us]  # of other kinds: those of one never overlap
        while upcoming < len(chunks) and chunks[upcoming].t0 < next_us:
            touching.append(chunks[upcoming])
            upcoming += 1
        one = _stretch(tag, touching, [one for one in corrections if one.touches(from_us, next_us)], (from_us, next_us))
        found += [] if one is None else [one]
    return found


def _stretch(
    tag: int, chunks: Sequence[Listed], corrections: Sequence[Correction], span: tuple[int, int]
) -> Stretch | None:
    """What lies in a span; None: nothing."""
    from_us, next_us = span
    parts: list[tuple[object, ...]] = []
    end_us, n = from_us, 0
    for chunk in chunks:
        parts.append((*chunk, max(chunk.t0, from_us), min(chunk.t1, next_us - 1)))
        end_us, n = max(end_us, min(chunk.t1 + 1, next_us)), n + chunk.n
    for one in corrections:
        parts.append(_said(one, from_us, next_us))
        ts = np.empty(0, dtype=np.int64) if one.given is None else one.given.ts
        inside = ts[(ts >= from_us) & (ts < next_us)]
        if len(inside):
            end_us, n = max(end_us, int(inside.max()) + 1), n + len(inside)
    if end_us == from_us:
        return None
    return Stretch(tag, from_us, end_us, mark_of(parts), added=not chunks, n=n)


def _span(month: int) -> tuple[int, int]:
    return begin_of(month), begin_of(month + 1)


def _said(one: Correction, from_us: int, to_us: int) -> tuple[object, ...]:
    """What tells a correction from every other, as far as it speaks of a span."""
    return (one.id, one.known, one.at_us, max(one.from_us, from_us), min(one.to_us, to_us))


def _given_months(one: Correction) -> list[int]:
    return [] if one.given is None else np.unique(month_of(one.given.ts)).tolist()
