"""One signal over a long time, read as far as it must be: a chunk or hour that lies whole in an interval is summed up.

And the mean that follows from it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.aggregates.compute import Summing
from dovetail.aggregates.names import Config
from dovetail.aggregates.places import named
from dovetail.aggregates.points import Folded as SummedBefore
from dovetail.aggregates.points import points_of
from dovetail.chunkstore.rolled import HOURS
from dovetail.core import quality as q
from dovetail.core.clock import HOUR_US
from dovetail.core.errors import InvalidError
from dovetail.core.limits import MEAN_SAMPLES
from dovetail.historian.hourly import foldable, joined, samples
from dovetail.historian.hourly import folded as folded_hours
from dovetail.historian.model import Folded, Mean
from dovetail.packing.columns import TEXT_KINDS, Block
from dovetail.packing.found import Found
from dovetail.packing.headers import Header
from dovetail.packing.order import floats
from dovetail.packing.rollups import NO_ROWS, Rows
from dovetail.reading.corrected import Corrected
from dovetail.reading.read import Range
from dovetail.reading.rolled import Cover, Rolling
from dovetail.reading.stretches import Stretch, known_stretches


def folded(reader: Corrected, asked: Range, *, cuts: Sequence[int], extremes: bool, spreads: bool, most: int) -> Folded:
    """The samples of one tag in [from, to) by time. Of a chunk between two `cuts` (sorted), all of whose samples are
    GOOD, only its ends come; `extremes`: not of one that may hold an extreme between cuts; `spreads`: of hours alone.

    Raises InvalidError when more than `most` samples have to be read.
    """

    def slot(header: Header) -> int | None:
        """Between which cuts a chunk lies whole; None: one lies in it, or where it begins, maybe with two samples."""
        at = bisect_left(cuts, header.t0)
        return at if at == bisect_right(cuts, header.t1) else None

    ranges = _ranges(reader, asked, slot) if extremes else {}

    def whole(header: Header) -> bool:
        at = slot(header)
        if spreads or at is None or not _all_good(header, asked):
            return False
        least, greatest = ranges.get(at, (-np.inf, np.inf))
        return not extremes or (_number(header.min) > least and _number(header.max) < greatest)

    def fits(rows: Rows) -> NDArray[np.bool_]:
        """Hours in which no cut lies."""
        begin = rows["unit"].astype(np.int64) * HOUR_US
        return foldable(rows, spreads=spreads) & (
            np.searchsorted(cuts, begin, side="right") == np.searchsorted(cuts, begin + HOUR_US, side="left")
        )

    parts: list[Folded] = []
    n = 0
    for part in known_stretches(reader, asked, whole=whole, rolling=None if extremes else Rolling(HOURS, fits)):
        parts.append(_ends(part))
        n += len(parts[-1].ts)
        if n > most:
            raise InvalidError(
                f"more than {most} samples of one tag would have to be read at once",
                pointer="/every_s", code="aggregate-too-long", hint="ask over shorter intervals",
            )  # fmt: skip
    return _joined(parts)


def mean(reader: Corrected, asked: Range, *, now_us: int, interpolation: Literal["stepped", "sloped"]) -> Mean:
    """TimeAverage2 over [from, to), uncertain values included; nothing is held beyond now. A text: InvalidError."""
    to_us, span_us = min(asked.to_us, now_us), asked.to_us - asked.from_us
    if to_us <= asked.from_us:
        return Mean(None, 0, 0.0)
    within, stepped = replace(asked, to_us=to_us), interpolation == "stepped"
    before = reader.before(asked.tags, asked.from_us)
    if any(block.kind in TEXT_KINDS for block in before):
        raise InvalidError("a text has no mean", pointer="/tag")
    rolling = Rolling(HOURS, foldable) if stepped else None
    read = known_stretches(reader, within, whole=lambda header: stepped and _all_good(header, within), rolling=rolling)
    total = _Total(stepped=stepped, at_us=asked.from_us, held=_opened(before))
    for part in map(_ends, read):
        total.add(part)
    after = [] if stepped else reader.raw(Range(asked.tags, to_us, np.iinfo(np.int64).max), limit=1)
    total.end(to_us, _opened(after))
    value = total.area / total.covered_us if total.covered_us else None
    return Mean(value, total.covered_us, total.good_us / span_us)


class _Total:
    """What has been summed up, and the samples that have not been yet: a long time is never in memory at once."""

    def __init__(self, *, stepped: bool, at_us: int, held: list[Folded]) -> None:
        self._config = Config(stepped=stepped, treat_uncertain_as_bad=False)
        self._at_us, self._held, self._n = at_us, held, 0
        self.area, self.covered_us, self.good_us = 0.0, 0, 0

    def add(self, part: Folded) -> None:
        """More samples, by time."""
        self._held.append(part)
        self._n += len(part.ts)
        if self._n > MEAN_SAMPLES:
            held = _joined(self._held)
            self._up_to(int(held.ts[-1]), held)
            self._held, self._n = [_last(held)], 0

    def end(self, to_us: int, after: list[Folded]) -> None:
        """The rest, and the sample behind it where there is one."""
        self._up_to(to_us, _joined([part for part in (*self._held, *after) if len(part.ts)]))

    def _up_to(self, to_us: int, held: Folded) -> None:
        if to_us <= self._at_us:
            return
        points = points_of(
            np.zeros(len(held.ts), dtype=np.intp), held.ts, held.value, held.quality, valid=held.valid,
            until=np.array([to_us], dtype=np.int64), folded=SummedBefore(held.n, held.total, held.area, held.off),
        )  # fmt: skip
        summed = Summing(points, named([(self._at_us, to_us)]), self._config)
        us = {name: _us(summed.of(name).value[0, 0]) for name in ("DurationBad", "DurationGood")}
        mean = float(summed.of("TimeAverage2").value[0, 0])
        covered_us = to_us - self._at_us - us["DurationBad"]
        if not np.isnan(mean):
            self.area, self.covered_us = self.area + mean * covered_us, self.covered_us + covered_us
            self.good_us += us["DurationGood"]
        self._at_us = to_us


def _us(ms: np.float64) -> int:
    return 0 if np.isnan(ms) else round(float(ms) * 1_000)


def _last(some: Folded) -> Folded:
    """The newest sample alone."""
    end = slice(len(some.ts) - 1, None)
    return Folded(*(getattr(some, field.name)[end] for field in fields(Folded)))


def _opened(blocks: Sequence[Block]) -> list[Folded]:
    return [_ends(block) for block in floats(blocks)]


def _all_good(header: Header, asked: Range) -> bool:
    """Whether the header alone says what every moment of the chunk was."""
    inside = header.t0 >= asked.from_us and header.t1 < asked.to_us and header.t0 < header.t1
    known = all(np.isfinite(_number(one)) for one in (header.sum, header.tw, header.min, header.max, header.first))
    return inside and known and header.n == header.n_good and header.good_us == header.t1 - header.t0


def _number(one: float | None) -> float:
    return np.nan if one is None else one


def _ranges(
    reader: Corrected, asked: Range, slot: Callable[[Header], int | None]
) -> dict[int, tuple[float, float]]:  # fmt: skip
    """The least and the greatest value of the whole chunks between two cuts; not of those that were corrected."""
    found: dict[int, tuple[float, float]] = {}
    for view in reader.viewed(asked):
        headers = [part.header for part in view.found(asked.tags[0], asked.from_us, asked.to_us)]
        for header in headers:
            at = slot(header)
            as_sent = reader.is_as_sent(asked.tags[0], header.t0, header.t1 + 1)
            if at is not None and as_sent and header.min is not None and header.max is not None:
                least, greatest = found.get(at, (np.inf, -np.inf))
                found[at] = min(least, header.min), max(greatest, header.max)
    return found


def _joined(parts: list[Folded]) -> Folded:
    return joined(parts) if parts else folded_hours(NO_ROWS)[0]


def _ends(part: Stretch) -> Folded:
    """A header as its first and its last sample, with what lies between folded into the first; an hour likewise."""
    if isinstance(part, Cover):
        return folded_hours(part.hours)[0]
    if not isinstance(part, Found):
        return samples(part)
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
        np.array([np.nan, 0.0]),
    )
