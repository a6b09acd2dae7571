"""What a chunk's header says of its samples: the first rollup of a tag's stretch of time.

Made of many chunks at one go: a sealing brings one for every tag, and each step over all of them costs as much as one
over a single chunk, and lets go of the interpreter, which whoever waits for a commit needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import Kind
from dovetail.core.quality import GOOD
from dovetail.packing.columns import TEXT_KINDS, VALID, Block

GOOD_MASK = np.uint32(0xC0)
_PLAIN = np.uint32(GOOD | VALID)
_AT_ONCE = 200_000  # samples: some 10 MB of columns


class Header(NamedTuple):
    """Counts, and over samples with a value first, last, min, max.

    `sum` is over GOOD values. `tw` is the stepped integral of the value over the covered time in [t0, t1], in
    value × µs; `covered_us` and `good_us` are the time of it held by any value and by a GOOD one. None: no such value.
    """

    t0: int
    t1: int
    n: int
    n_good: int
    first: float | None
    last: float | None
    min: float | None
    max: float | None
    sum: float | None
    tw: float | None
    covered_us: int
    good_us: int


def numbers(block: Block) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(float64[n] values, bool[n] which of them are values: valid and not NaN). Texts have none."""
    valid = block.status >= VALID
    values = _floats(block)
    if block.kind in TEXT_KINDS:
        return values, np.zeros(len(block), dtype=np.bool_)
    return values, valid & ~np.isnan(values) if block.kind is Kind.F64 else valid


def _floats(block: Block) -> NDArray[np.float64]:
    """A text is no number."""
    return np.full(len(block), np.nan) if block.kind in TEXT_KINDS else block.value.astype(np.float64, copy=False)


def header(block: Block) -> Header:
    """Of one tag's samples, sorted by (ts, arrival); n ≥ 1."""
    (found,) = headers([block])
    return found


def headers(blocks: Sequence[Block]) -> Iterator[Header]:
    """Of each block, which are as `header` has them."""
    some: list[Block] = []
    n = 0
    for block in blocks:
        if some and n + len(block) > _AT_ONCE:
            yield from _headers(some)
            some, n = [], 0
        some.append(block)
        n += len(block)
    if some:
        yield from _headers(some)


def _headers(blocks: Sequence[Block]) -> Iterator[Header]:
    ts, status = (np.concatenate([getattr(block, name) for block in blocks]) for name in ("ts", "status"))
    values = np.concatenate([_floats(block) for block in blocks])
    n = np.array([len(block) for block in blocks])
    ends = np.cumsum(n)
    starts = ends - n
    held_us = np.empty_like(ts)
    np.subtract(ts[1:], ts[:-1], out=held_us[:-1])
    held_us[ends - 1] = 0  # what holds after its last sample no chunk knows
    has = ~np.isnan(values)
    if (status == _PLAIN).all() and has.all():
        columns = _plain(values, held_us, starts, n)
    else:
        columns = _mixed(values, held_us, starts, has=has & (status >= VALID), good=(status & GOOD_MASK) == GOOD_MASK)
    known = zip(ts[starts].tolist(), ts[ends - 1].tolist(), n.tolist(), *columns, strict=True)
    return (Header(*one) for one in known)


def _plain(
    values: NDArray[np.float64], held_us: NDArray[np.int64], starts: NDArray[np.intp], n: Any
) -> list[list[Any]]:
    """Where all are GOOD numbers, which most are: a Header's columns from n_good on."""
    first, last = values[starts], values[starts + n - 1]
    least, most = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    us = np.add.reduceat(held_us, starts).tolist()
    with np.errstate(invalid="ignore", over="ignore"):
        total, area = np.add.reduceat(values, starts), np.add.reduceat(_areas(values, held_us), starts)
    return [n.tolist(), *map(_known, (first, last, least, most, total, area)), us, us]


def _mixed(
    values: NDArray[np.float64],
    held_us: NDArray[np.int64],
    starts: NDArray[np.intp],
    *,
    has: NDArray[np.bool_],
    good: NDArray[np.bool_],
) -> list[list[Any]]:
    """The same where some are not."""
    n_good = np.add.reduceat(good, starts, dtype=np.int64)
    good &= has
    at = np.arange(len(values))
    first = np.minimum.reduceat(np.where(has, at, len(values)), starts)
    last = np.maximum.reduceat(np.where(has, at, -1), starts)
    none = last < 0
    first[none] = last[none] = 0
    least = np.minimum.reduceat(np.where(has, values, np.inf), starts)
    most = np.maximum.reduceat(np.where(has, values, -np.inf), starts)
    us = [np.add.reduceat(np.where(which, held_us, 0), starts).tolist() for which in (has, good)]
    with np.errstate(invalid="ignore", over="ignore"):
        total = np.add.reduceat(np.where(good, values, 0.0), starts)
        area = np.add.reduceat(_areas(np.where(has, values, 0.0), held_us), starts)
    columns = [values[first], values[last], least, most, total, area]
    return [n_good.tolist(), *(_known(np.where(none, np.nan, column)) for column in columns), *us]


def _areas(values: NDArray[np.float64], held_us: NDArray[np.int64]) -> NDArray[np.float64]:
    """What is endless for no time is nothing."""
    return np.where(held_us == 0, 0.0, values * held_us)


def _known(column: NDArray[np.float64]) -> list[Any]:
    """Infinities cancel to NaN, which is nothing that anybody knows."""
    unknown = np.isnan(column)
    if not unknown.any():
        return column.tolist()
    return [None if nothing else one for one, nothing in zip(column.tolist(), unknown.tolist(), strict=True)]
