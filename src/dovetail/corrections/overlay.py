"""Corrections laid over the samples that were sent: pure, on columns, the newest word on top.

What a tag's corrections come to is worked out once: where nothing that was sent counts, what becomes of the rest, and
what people gave. Samples that come later for such a stretch then lie beneath as if they had been there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, ZEROS, Column, Kind
from dovetail.corrections.model import Change, Correction
from dovetail.packing.columns import TEXT_KINDS, VALID, Block, concat, repeated

type Span = tuple[int, int]

EXACT: Final = 1 << 53  # float64 holds every whole number up to here
OUT_OF_RANGE: Final = q.BAD | q.SUBSTITUTED  # a whole number that its kind cannot hold: better none than a wrong one


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """The corrections of one tag that stand, as readers need them. Spans are [from, to), ascending and disjoint."""

    touched: tuple[Span, ...]
    blank: tuple[Span, ...]
    changes: tuple[Correction, ...]  # in the order in which they were said
    added: tuple[Block, ...]  # in the order of arrival

    @property
    def from_us(self) -> int:
        """Before this moment nothing was corrected."""
        return self.touched[0][0]

    @property
    def to_us(self) -> int:
        """From this moment on nothing was corrected."""
        return self.touched[-1][1]

    def spans(self, from_us: int, to_us: int) -> list[Span]:
        """The parts of [from_us, to_us) of which a correction speaks."""
        return _clipped(self.touched, from_us, to_us)

    def sent(self, from_us: int, to_us: int) -> list[Span]:
        """The parts of [from_us, to_us) in which samples that were sent count."""
        ends = [from_us, *(end for span in _clipped(self.blank, from_us, to_us) for end in span), to_us]
        return [(start, end) for start, end in zip(ends[::2], ends[1::2], strict=True) if start < end]

    def blank_from(self, at_us: int) -> int | None:
        """Where the stretch begins in which nothing sent counts at `at_us`; None: it counts."""
        return next((start for start, end in self.blank if start <= at_us < end), None)

    def newest_added(self, before_us: int) -> int | None:
        """The newest moment before another for which a person gave a sample."""
        times = [int(part.ts[end - 1]) for part in self.added if (end := int(np.searchsorted(part.ts, before_us)))]
        return max(times, default=None)

    def lay(self, parts: Iterable[Block], from_us: int, to_us: int) -> list[Block]:
        """What counts of [from_us, to_us): one block per kind, by (ts, arrival), without repeats.

        `parts` are the samples that were sent for it, in the order of arrival where they are of one kind.
        """
        given = [part.take(slice(*np.searchsorted(part.ts, (from_us, to_us)).tolist())) for part in self.added]
        return _by_kind([*self.of_sent(parts), *given])

    def of_sent(self, parts: Iterable[Block]) -> list[Block]:
        """What counts of samples that were sent, and as what."""
        left = [part.take(~_inside(part.ts, self.blank)) for part in parts] if self.blank else list(parts)
        for one in self.changes:
            left = [new for part in left for new in _changed(part, one)]
        return [part for part in left if len(part)]


def laid(corrections: Sequence[Correction]) -> Laid | None:
    """What the corrections of one tag come to, given in the order in which they were said; None: nothing."""
    if not corrections:
        return None
    added: list[Block] = []
    for one in corrections:
        if one.blanks:
            added = [part.take(~_inside(part.ts, ((one.from_us, one.to_us),))) for part in added]
        added = [new for part in added for new in _changed(part, one)]
        added += [one.given] if one.given is not None else []
    return Laid(
        touched=_merged(corrections),
        blank=_merged([one for one in corrections if one.blanks]),
        changes=tuple(one for one in corrections if one.change is not None),
        added=tuple(part for part in added if len(part)),
    )


def _merged(corrections: Iterable[Correction]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for start, end in sorted((one.from_us, one.to_us) for one in corrections):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


def _clipped(spans: Iterable[Span], from_us: int, to_us: int) -> list[Span]:
    cut = ((max(start, from_us), min(end, to_us)) for start, end in spans)
    return [(start, end) for start, end in cut if start < end]


def _inside(ts: NDArray[np.int64], spans: Sequence[Span]) -> NDArray[np.bool_]:
    starts = np.array([start for start, _ in spans], dtype=np.int64)
    ends = np.array([end for _, end in spans], dtype=np.int64)
    at = np.searchsorted(starts, ts, side="right") - 1
    return (at >= 0) & (ts < ends[at])


def _by_kind(parts: Sequence[Block]) -> list[Block]:
    some = [part for part in parts if len(part)]
    kinds = sorted({part.kind for part in some})
    return [_ordered(concat([part for part in some if part.kind is kind])) for kind in kinds]


def _ordered(whole: Block) -> Block:
    if (whole.ts[1:] > whole.ts[:-1]).all():
        return whole
    whole = whole.take(np.argsort(whole.ts, kind="stable"))
    return whole.take(~repeated(whole))


# --- what becomes of a sample -------------------------------------------------------------------------------------
def _changed(part: Block, one: Correction) -> list[Block]:
    """A block as a correction leaves it; a given value may be of another kind than the one it replaces."""
    change = one.change
    inside = (part.ts >= one.from_us) & (part.ts < one.to_us)
    if change is None or not inside.any():
        return [part]
    if change.value is not None:
        return [part.take(~inside), _with_value(part.take(inside), change)]
    value, status = part.value, part.status.copy()
    has = inside & (status >= VALID)
    if change.scale != 1.0 or change.offset != 0.0:
        value, fits = _scaled(part, change, has)
        status[has] |= np.uint32(q.SUBSTITUTED)
        status[has & ~fits] = OUT_OF_RANGE
    if change.quality is not None:
        status[has & (status >= VALID)] = VALID | change.quality
    gone = (status & q.MAJOR_MASK) == q.BAD
    status[gone] &= np.uint32(0xFFFF)
    if (gone & has).any():
        value = value.copy()
        value[gone & has] = np.array(ZEROS[part.kind], dtype=value.dtype)
    return [replace(part, value=value, status=status)]


def _with_value(part: Block, change: Change) -> Block:
    quality = q.GOOD_LOCAL_OVERRIDE | q.SUBSTITUTED if change.quality is None else change.quality
    status = np.full(len(part), VALID | quality, dtype=np.uint32)
    return replace(part, kind=change.kind, value=column(change.kind, [change.value] * len(part)), status=status)


def _scaled(part: Block, change: Change, has: NDArray[np.bool_]) -> tuple[Column, NDArray[np.bool_]]:
    """(value · scale + offset where `has`, whether it can be held): whole numbers stay whole, to the nearest."""
    value, fits = part.value.copy(), np.ones(len(part), dtype=np.bool_)
    if part.kind is Kind.BOOL or part.kind in TEXT_KINDS:
        return value, fits  # of another kind than the tag has now: it has no scale
    if part.kind is Kind.F64:
        value[has] = np.asarray(part.value[has], dtype=np.float64) * change.scale + change.offset
        return value, fits
    numbers = np.asarray(part.value[has], dtype=np.float64)
    scaled = numbers * change.scale + change.offset
    largest = np.abs(np.concatenate((numbers * change.scale, scaled, [change.offset]))).max()
    if largest < EXACT and (part.kind is Kind.I64 or (scaled >= 0).all()):
        value[has] = np.rint(scaled).astype(value.dtype)
        return value, fits
    limits = np.iinfo(np.uint64 if part.kind is Kind.U64 else np.int64)
    for at in np.flatnonzero(has).tolist():
        new = _whole(int(part.value[at]), change)
        fits[at] = limits.min <= new <= limits.max
        value[at] = np.array(new if fits[at] else 0, dtype=value.dtype)
    return value, fits


def _whole(number: int, change: Change) -> int:
    """Exact where scale and offset are whole; what is not whole is below EXACT, so that nothing overflows."""
    if float(change.scale).is_integer() and float(change.offset).is_integer():
        return number * int(change.scale) + int(change.offset)
    return round(number * change.scale + change.offset)


def column(kind: Kind, values: Sequence[object]) -> Column:
    """Values as a column of a kind."""
    return np.array(list(values), dtype=DTYPES[kind])
