"""One signal over a long time, read as far as it must be: a chunk that lies whole in an interval is its header."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

import numpy as np

from dovetail.chunkstore.months import Found
from dovetail.core import quality as q
from dovetail.core.errors import InvalidError
from dovetail.historian.aggregates import Stretch, stretches
from dovetail.historian.model import Folded
from dovetail.historian.read import Range, Reader
from dovetail.packing.chunks import Header
from dovetail.packing.columns import VALID


def folded(reader: Reader, asked: Range, *, cuts: Sequence[int], extremes: bool, most: int) -> Folded:
    """The samples of one tag in [from, to) by time. Of a chunk between two `cuts` (sorted), all of whose samples are
    GOOD, only the first and the last come; `extremes`: not of one that may hold the least or the greatest between cuts.

    Raises InvalidError when more than `most` samples have to be read.
    """

    def slot(header: Header) -> int | None:
        """Between which cuts a chunk lies whole; None: a cut lies in it."""
        at = bisect_right(cuts, header.t0)
        return at if at == bisect_right(cuts, header.t1) else None

    ranges = _ranges(reader, asked, slot) if extremes else {}

    def whole(header: Header) -> bool:
        at = slot(header)
        if at is None or not _all_good(header, asked):
            return False
        least, greatest = ranges.get(at, (-np.inf, np.inf))
        return not extremes or (_number(header.min) > least and _number(header.max) < greatest)

    parts: list[Stretch] = []
    n = 0
    for part in stretches(reader, asked, whole=whole):
        parts.append(part)
        n += 2 if isinstance(part, Found) else len(part)
        if n > most:
            raise InvalidError(
                f"more than {most} samples of one tag would have to be read at once",
                pointer="/every_s", code="aggregate-too-long", hint="ask over shorter intervals",
            )  # fmt: skip
    return _columns(parts)


def _all_good(header: Header, asked: Range) -> bool:
    """Whether the header alone says what every moment of the chunk was."""
    inside = header.t0 >= asked.from_us and header.t1 < asked.to_us and header.t0 < header.t1
    known = all(np.isfinite(_number(one)) for one in (header.sum, header.tw, header.min, header.max, header.first))
    return inside and known and header.n == header.n_good and header.good_us == header.t1 - header.t0


def _number(one: float | None) -> float:
    return np.nan if one is None else one


def _ranges(
    reader: Reader, asked: Range, slot: Callable[[Header], int | None]
) -> dict[int, tuple[float, float]]:  # fmt: skip
    """The least and the greatest value of the whole chunks between two cuts."""
    found: dict[int, tuple[float, float]] = {}
    for month in reader.months.between(asked.from_us, asked.to_us):
        with reader.months.view(month) as view:
            headers = [part.header for part in view.found(asked.tags[0], asked.from_us, asked.to_us)]
        for header in headers:
            at = slot(header)
            if at is not None and header.min is not None and header.max is not None:
                least, greatest = found.get(at, (np.inf, -np.inf))
                found[at] = min(least, header.min), max(greatest, header.max)
    return found


def _columns(parts: list[Stretch]) -> Folded:
    blocks = [part for part in map(_ends, parts) if len(part.ts)]
    if not blocks:
        none = np.empty(0)
        counts = none.astype(np.int64)
        return Folded(counts, none, none.astype(np.uint16), none.astype(np.bool_), counts, none, none)
    return Folded(
        np.concatenate([part.ts for part in blocks]),
        np.concatenate([part.value for part in blocks]),
        np.concatenate([part.quality for part in blocks]),
        np.concatenate([part.valid for part in blocks]),
        np.concatenate([part.n for part in blocks]),
        np.concatenate([part.total for part in blocks]),
        np.concatenate([part.area for part in blocks]),
    )


def _ends(part: Stretch) -> Folded:
    """A header as its first and its last sample, with what lies between folded into the first."""
    if not isinstance(part, Found):
        none = np.zeros(len(part))
        quality = (part.status & 0xFFFF).astype(np.uint16)
        value = part.value.astype(np.float64, copy=False)
        return Folded(part.ts, value, quality, part.status >= VALID, none.astype(np.int64), none, none)
    header = part.header
    first, last = _number(header.first), _number(header.last)
    return Folded(
        np.array([header.t0, header.t1], dtype=np.int64),
        np.array([first, last]),
        np.full(2, q.GOOD, dtype=np.uint16),
        np.ones(2, dtype=np.bool_),
        np.array([header.n - 2, 0], dtype=np.int64),
        np.array([_number(header.sum) - first - last, 0.0]),
        np.array([_number(header.tw), 0.0]),
    )
