"""What a copy of a site must hold, and in what that differs from what it holds: stretches of signals, by their marks.

A stretch is a piece of one tag's time within a month, from the beginning of one of its chunks up to that of the next.
Its mark is another whenever anything in it is: the chunks that touch it, or what people corrected of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dovetail.packing.columns import Block

MARK_BYTES = 16
_FORM = b"1"  # of what is written of a stretch; a copy in an older form is written again


class Held(NamedTuple):
    """A stretch as a copy says that it holds it: samples of [from_us, end_us). An empty mark: it was left half written.

    `added`: it holds only what people gave, and nothing that was sent.
    """

    from_us: int
    end_us: int
    mark: bytes
    added: bool


class Stretch(NamedTuple):
    """A stretch as the site holds it: all that it has of [from_us, end_us)."""

    tag: int
    from_us: int
    end_us: int
    mark: bytes
    added: bool
    n: int  # samples, about


@dataclass(frozen=True, slots=True)
class Swap:
    """What becomes of one piece of a tag's time in a copy, at once: readers see the old or the new."""

    tag: int
    gone: tuple[Held, ...]
    new: tuple[Stretch, ...]

    @property
    def n(self) -> int:
        """Samples that it brings, about."""
        return sum(one.n for one in self.new)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch with its samples as they count: a block per kind, each by (ts, arrival)."""

    stretch: Stretch
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A swap with what it brings."""

    swap: Swap
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class TagName:
    """What a tag is called at its site."""

    tag: int
    path: str
    unit: str
    kind: int


def mark_of(parts: Iterable[tuple[object, ...]]) -> bytes:
    """A digest of what a stretch is made of."""
    digest = hashlib.blake2b(_FORM, digest_size=MARK_BYTES)
    for part in parts:
        digest.update(repr(part).encode())
    return digest.digest()


def swaps(
    tag: int, ours: Sequence[Stretch], held: Sequence[Held], went: Sequence[tuple[int, int]] = ()
) -> list[Swap]:  # fmt: skip
    """What makes a copy's stretches of a tag and month equal to ours, oldest first; each swap stands alone.

    Nothing but retention takes away at the site what was sent, and a copy is kept longer: what it holds of time of
    which we hold nothing stays there, and so does what it holds of time that `went` by a rule (first, last), though
    something came late for it. Only what people gave goes when they take it back.
    """
    sent = [one for one in ours if not one.added]
    marks = {(one.from_us, one.end_us): one.mark for one in ours}
    other = [one for one in held if one.mark != marks.get((one.from_us, one.end_us))]
    kept = [one for one in other if one.mark and any(one.from_us <= t1 and t0 < one.end_us for t0, t1 in went)]
    gone = [one for one in other if one.added or (one not in kept and _touches_any(one, sent))]
    stays = [one for one in other if one not in gone]
    as_is = {(one.from_us, one.end_us) for one in held} - {(one.from_us, one.end_us) for one in other}
    new = [one for one in ours if (one.from_us, one.end_us) not in as_is and not _touches_any(one, stays)]
    return list(_apart(tag, gone, new))


def _touches_any(one: Held | Stretch, others: Iterable[Held | Stretch]) -> bool:
    return any(one.from_us < other.end_us and other.from_us < one.end_us for other in others)


def _apart(tag: int, gone: list[Held], new: list[Stretch]) -> Iterator[Swap]:
    """Those that overlap together, the others alone."""
    every: list[Held | Stretch] = sorted([*gone, *new], key=lambda one: one.from_us)
    group: list[Held | Stretch] = []
    end_us = 0
    for one in every:
        if group and one.from_us >= end_us:
            yield _swap(tag, group)
            group = []
        end_us = max(end_us, one.end_us) if group else one.end_us
        group.append(one)
    if group:
        yield _swap(tag, group)


def _swap(tag: int, group: list[Held | Stretch]) -> Swap:
    gone = tuple(one for one in group if isinstance(one, Held))
    return Swap(tag, gone, tuple(one for one in group if isinstance(one, Stretch)))
