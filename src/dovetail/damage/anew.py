"""Chunks whose samples are whole and whose rows are not: written anew as their samples have them, in their right place.

While a row lied about its time, samples that came for it may have been put into a chunk beside: what overlaps becomes
one, for whoever sums up by headers counts on it that nothing does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dovetail.chunkstore.aside import Damaged
from dovetail.chunkstore.months import Month, View
from dovetail.core.batch import Kind
from dovetail.packing import chunks
from dovetail.packing.fresh import NewChunk, rows
from dovetail.packing.rollups import Touched


@dataclass(frozen=True, slots=True)
class _Part:
    """A chunk and its true time; `anew`: its row is not what was written."""

    t0: int
    t1: int
    id: int
    anew: NewChunk | None


def derive(month: Month, headers: Sequence[Damaged]) -> None:
    """Write them anew, in one commit. While nothing is sealed. Raises DamagedError: their samples went since, too."""
    with month.view() as view:
        sealed = view.sealed
        told = view.derived([one.id for one in headers])
        groups = list(_groups(view, told))
        others = [(tag, one.id) for tag, group in groups for one in group if one.anew is None]
        taken = told | view.taken(others)
    new = [chunk for _, group in groups for chunk in _one_of([taken[one.id] for one in group])]
    touched = [Touched(tag, group[0].t0, max(one.t1 for one in group)) for tag, group in groups]
    gone = [one.id for _, group in groups for one in group]
    month.write(gone, list(rows(new)), sealed=sealed, duplicates={}, touched=touched)


def _groups(view: View, told: Mapping[int, NewChunk]) -> Iterator[tuple[int, list[_Part]]]:
    """By tag and kind, what overlaps one that is written anew; mostly nothing does."""
    anew: defaultdict[tuple[int, Kind], list[_Part]] = defaultdict(list)
    for number, one in told.items():
        block = one.block
        anew[int(block.tag[0]), block.kind].append(_Part(int(block.ts[0]), int(block.ts[-1]), number, one))
    for (tag, kind), parts in anew.items():
        (kept,) = view.kept([tag], kind)
        parts += [_Part(one.t0, one.t1, one.id, None) for one in kept if one.id not in told]
        for group in _overlapping(sorted(parts, key=lambda one: (one.t0, one.id))):
            if any(one.anew is not None for one in group):
                yield tag, group


def _overlapping(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    group: list[_Part] = []
    for one in parts:
        if group and one.t0 > max(other.t1 for other in group):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _one_of(parts: Sequence[NewChunk]) -> list[NewChunk]:
    """In the order in which they came, without what came again."""
    first, *others = sorted(parts, key=lambda one: one.rev)
    if not others:
        return [first]
    whole = first.block
    for one in others:
        whole, _ = chunks.merge([whole], one.block)
    return [NewChunk(block, others[-1].rev + 1) for block in chunks.pieces(whole)]
