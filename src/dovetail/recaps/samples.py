"""Bring the samples that aggregates need out of the historian: those inside, and those that bound them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.aggregates.names import AT_END, EXTREMES, LOOK_AHEAD, LOOK_BACK, SPREADS, Aggregate, Config
from dovetail.aggregates.places import Intervals
from dovetail.aggregates.points import Folded, Points, points_of
from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.errors import InvalidError
from dovetail.core.limits import AGGREGATE_LOOK_US, AGGREGATE_SAMPLES_MAX
from dovetail.core.scope import Scope
from dovetail.gone.model import Went
from dovetail.historian.hourly import Hourly
from dovetail.historian.model import Folded as Stored
from dovetail.historian.model import Sample
from dovetail.historian.service import Historian
from dovetail.recaps.lost import Rows, none_from

TEXTS: Final = (Kind.STR, Kind.JSON)
EVER_US: Final = np.iinfo(np.int64).max
BOUND_US: Final = 60_000_000  # what holds at the start of an interval mostly came within a minute before
BEYOND_MAX: Final = 1_000  # BAD samples that are passed over in search of one that is not


@dataclass(frozen=True, slots=True)
class Look:
    """Some of the tags and some of the intervals, by their places: what is read and summed up at once."""

    tags: slice
    intervals: NDArray[np.intp]


def looks(tags: int, intervals: Intervals, *, count: Callable[[int, int, int], int]) -> Iterator[Look]:
    """Cut a question so that no look holds more than memory bears; `count(tag, from, to)` says how many samples.

    Raises InvalidError for an interval that alone holds too many.
    """
    waiting = [Look(slice(0, tags), np.argsort(intervals.start, kind="stable"))]
    while waiting:
        look = waiting.pop()
        first, last = look.tags.start, look.tags.stop
        from_us, to_us = int(intervals.start[look.intervals].min()), int(intervals.end[look.intervals].max())
        if (to_us - from_us) * (last - first) <= AGGREGATE_LOOK_US:
            yield look
        elif len(look.intervals) > 1:
            half = len(look.intervals) // 2
            waiting += [Look(look.tags, look.intervals[half:]), Look(look.tags, look.intervals[:half])]
        elif last - first > 1:
            half = (first + last) // 2
            waiting += [Look(slice(half, last), look.intervals), Look(slice(first, half), look.intervals)]
        elif count(first, from_us, to_us) <= AGGREGATE_SAMPLES_MAX:
            yield look
        else:
            raise InvalidError(
                f"an interval holds more than {AGGREGATE_SAMPLES_MAX} samples of one tag",
                pointer="/every_s", code="aggregate-too-long", hint="ask over shorter intervals",
            )  # fmt: skip


class Samples:
    """The historian, asked as somebody, as known at `as_of` (None: now); `kinds`: what each tag is, if there is one."""

    def __init__(
        self, historian: Historian, scope: Scope, as_of: int | None, *, kinds: Mapping[int, Kind | None]
    ) -> None:
        self._historian, self._scope, self._as_of, self._kinds = historian, scope, as_of, kinds

    def points(
        self,
        tags: Sequence[int],
        intervals: Intervals,
        *,
        names: Sequence[Aggregate],
        config: Config,
        until: NDArray[np.int64],
        gone: Mapping[int, Sequence[Went]] | None = None,
    ) -> Points:
        """The samples of tags (sorted) inside of intervals and between them, with what bounds them.

        `gone`: what of them went by rule; from there on nothing holds until the next sample.
        """
        from_us, to_us = int(intervals.start.min()), int(intervals.end.max())
        reach_us = int((intervals.end - intervals.start).max())  # how far bounds are sought (Part 13, 3.1.8)
        lanes = np.array(tags, dtype=np.int64)
        if LOOK_BACK & set(names):
            inside = self._rows(tags, from_us, to_us)
            parts = [self._before(tags, from_us, reach_us=reach_us, config=config), inside]
        else:
            inside = self._rows(tags, from_us - min(reach_us, BOUND_US), to_us)
            bound = set(
                inside[0][inside[1] < from_us].tolist()
            )  # most have one nearby, in a chunk that is opened anyway
            parts = [self._bounds([tag for tag in tags if tag not in bound], from_us), inside]
        if not config.stepped or LOOK_AHEAD & set(names):
            parts += [self._after(tag, to_us, reach_us=reach_us, config=config) for tag in tags]
        elif AT_END & set(names):
            parts.append(self._rows(tags, to_us, to_us + 1))
        if gone:
            parts.append(none_from(gone, parts))
        tag, ts, value, quality, valid = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        value, valid = numbers(tag, value, valid, self._kinds)
        lane = np.searchsorted(lanes, tag).astype(np.intp)
        return points_of(lane, ts, value, quality, valid=valid, until=until)

    def folded(
        self, tags: Sequence[int], intervals: Intervals, *, names: Sequence[Aggregate], until: NDArray[np.int64]
    ) -> Points:
        """The same of tags of numbers that are held between samples, read only as far as the intervals need it."""
        from_us, to_us = int(intervals.start.min()), int(intervals.end.max())
        cuts = np.unique(np.concatenate((intervals.start, intervals.end))).tolist()
        extremes, spreads = bool(EXTREMES & set(names)), bool(SPREADS & set(names))
        scope, as_of = self._scope, self._as_of
        before = self._historian.bounding(tags, from_us, scope=scope, as_of=as_of)
        upto_us = to_us + bool(AT_END & set(names))
        found = [
            self._historian.folded(
                tag, from_us, upto_us, cuts=cuts, extremes=extremes, spreads=spreads, scope=scope, as_of=as_of
            )
            for tag in tags
        ]
        columns = [
            column for tag, some in zip(tags, found, strict=True) for column in (_bound(before.get(tag)), _listed(some))
        ]
        sizes = [len(one[0]) for one in columns]
        ts, value, quality, valid, *before_it = (np.concatenate(column) for column in zip(*columns, strict=True))
        lanes = np.repeat(np.arange(len(tags)).repeat(2), sizes)
        return points_of(lanes, ts, value, quality, valid=valid, until=until, folded=Folded(*before_it))

    def hourly(
        self, tags: Sequence[int], intervals: Intervals, *, names: Sequence[Aggregate], until: NDArray[np.int64]
    ) -> tuple[NDArray[np.intp], Points]:
        """(the places of those tags (sorted) that hours suffice for, their points); intervals are of whole hours."""
        from_us, to_us = int(intervals.start.min()), int(intervals.end.max())
        spreads = bool(SPREADS & set(names))
        found = self._historian.hourly(tags, from_us, to_us, spreads=spreads, scope=self._scope, as_of=self._as_of)
        return self._with_bounds(found, tags, (from_us, to_us), names=names, until=until)

    def slotted(
        self, tags: Sequence[int], intervals: Intervals, *, names: Sequence[Aggregate], until: NDArray[np.int64]
    ) -> tuple[NDArray[np.intp], Points]:
        """The same of tags whose samples are opened, for few intervals of any length, and for extremes or none."""
        cuts = np.unique(np.concatenate((intervals.start, intervals.end))).tolist()
        keeps = "extremes" if EXTREMES.issuperset(names) else "spreads" if SPREADS & set(names) else "sums"
        found = self._historian.slotted(tags, cuts, keeps, scope=self._scope, as_of=self._as_of)
        return self._with_bounds(found, tags, (cuts[0], cuts[-1]), names=names, until=until)

    def _with_bounds(
        self, found: Hourly, tags: Sequence[int], span: tuple[int, int], *, names: Sequence[Aggregate],
        until: NDArray[np.int64],
    ) -> tuple[NDArray[np.intp], Points]:  # fmt: skip
        some, (from_us, to_us) = found.folded, span
        began = np.zeros(len(tags), dtype=np.bool_)
        began[found.place[some.ts < from_us]] = True
        lacking = [tags[place] for place in found.places.tolist() if not began[place]]
        bounds = self._bounds(lacking, from_us)
        if AT_END & set(names):
            bounds = _joined(bounds, self._rows([tags[place] for place in found.places.tolist()], to_us, to_us + 1))
        none = np.zeros(len(bounds[0]))
        given: list[tuple[NDArray[Any], ...]] = [(*bounds[1:], none.astype(np.int64), none, none, none), _listed(some)]
        ts, value, quality, valid, *before_it = (np.concatenate(column) for column in zip(*given, strict=True))
        tag = np.concatenate((bounds[0], np.array(tags, dtype=np.int64)[found.place]))
        value, valid = numbers(tag, value, valid, self._kinds)
        lane = np.searchsorted(found.places, np.searchsorted(tags, tag))
        folded = Folded(*before_it)
        return found.places, points_of(lane, ts, value, quality, valid=valid, until=until[found.places], folded=folded)

    def count(self, tag: int, from_us: int, to_us: int) -> int:
        """How many samples, told from the headers of chunks where they suffice."""
        return int(self._historian.series(tag, from_us, to_us, 1, scope=self._scope, as_of=self._as_of).n.sum())

    def _rows(self, tags: Sequence[int], from_us: int, to_us: int, *, limit: int | None = None) -> Rows:
        if limit is None:
            batches = self._historian.by_tag(tags, from_us, to_us, scope=self._scope, as_of=self._as_of)
        else:
            batches = self._historian.raw(tags, from_us, to_us, scope=self._scope, limit=limit, as_of=self._as_of)
        if not batches:
            none = np.empty(0, dtype=np.int64)
            return none, none, np.empty(0), np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.bool_)
        some = any(batch.kind in TEXTS for batch in batches)
        values = [batch.value.astype(object) if some else batch.value.astype(np.float64) for batch in batches]
        return (
            np.concatenate([batch.tag for batch in batches]),
            np.concatenate([batch.ts for batch in batches]),
            np.concatenate(values),
            np.concatenate([batch.quality for batch in batches]),
            np.concatenate([batch.valid for batch in batches]),
        )

    def _before(self, tags: Sequence[int], at_us: int, *, reach_us: int, config: Config) -> Rows:
        """What holds at a moment; where that is BAD, or its line may go on, also what came before it."""
        bounds = self._bounds(tags, at_us)
        if config.sloped_extrapolation:
            for tag, ts in zip(bounds[0].tolist(), bounds[1].tolist(), strict=True):
                from_us = min(ts, at_us - reach_us)
                line = _joined(self._bounds([tag], from_us), self._rows([tag], from_us, at_us))
                bounds = _joined(tuple(column[bounds[0] != tag] for column in bounds), line)
            return bounds
        back = [int(tag) for tag, quality in zip(bounds[0], bounds[3], strict=True) if _is_bad(int(quality), config)]
        return _joined(self._rows(back, at_us - reach_us, at_us), bounds) if back else bounds

    def _bounds(self, tags: Sequence[int], at_us: int) -> Rows:
        found = (
            list(self._historian.bounding(tags, at_us, scope=self._scope, as_of=self._as_of).values()) if tags else []
        )
        return (
            np.array([one.tag for one in found], dtype=np.int64),
            np.array([one.ts_us for one in found], dtype=np.int64),
            _column([one.value for one in found]),
            np.array([one.quality for one in found], dtype=np.uint16),
            np.array([one.value is not None for one in found], dtype=np.bool_),
        )

    def _after(self, tag: int, at_us: int, *, reach_us: int, config: Config) -> Rows:
        found = self._rows((tag,), at_us, EVER_US, limit=1)
        if found[1].tolist() == [at_us]:  # of several of that very moment the last one holds
            found = self._rows((tag,), at_us, at_us + 1)
        if len(found[0]) and _is_bad(int(found[3][-1]), config):
            return _joined(found, self._rows((tag,), at_us, at_us + reach_us, limit=BEYOND_MAX))
        return found


def _bound(sample: Sample | None) -> tuple[NDArray[Any], ...]:
    """The sample that holds at the start, if there is one, in the columns of `_listed`; a text has no number."""
    if sample is None:
        return tuple(np.empty(0, dtype=kind) for kind in ("i8", "f8", "u2", "?", "i8", "f8", "f8", "f8"))
    number = None if isinstance(sample.value, str) else sample.value
    return (
        np.array([sample.ts_us], dtype=np.int64),
        _column([number]),
        np.array([sample.quality], dtype=np.uint16),
        np.array([number is not None], dtype=np.bool_),
        np.zeros(1, dtype=np.int64),
        np.zeros(1),
        np.zeros(1),
        np.zeros(1),
    )


def _listed(some: Stored) -> tuple[NDArray[Any], ...]:
    return some.ts, some.value, some.quality, some.valid, some.n, some.total, some.area, some.off


def _is_bad(quality: int, config: Config) -> bool:
    return not q.is_good(quality) if config.treat_uncertain_as_bad else q.is_bad(quality)


def _joined(one: Rows, other: Rows) -> Rows:
    return (
        np.concatenate((one[0], other[0])),
        np.concatenate((one[1], other[1])),
        np.concatenate((one[2], other[2])),
        np.concatenate((one[3], other[3])),
        np.concatenate((one[4], other[4])),
    )


def _column(values: list[Value]) -> NDArray[Any]:
    """One value each; float64 where none is a text."""
    if not any(isinstance(value, str) for value in values):
        return np.array([0.0 if value is None else float(value) for value in values], dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def numbers(
    tag: NDArray[np.int64], value: NDArray[Any], valid: NDArray[np.bool_], kinds: Mapping[int, Kind | None]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values as float64. What a tag of texts says becomes numbers, equal for what is equal; of others a text has none.

    A tag that there is no more is one of texts if it never says anything else.
    """
    if value.dtype != object:
        return value.astype(np.float64, copy=False), valid
    listed = value.tolist()
    texts = np.array([isinstance(one, str) for one in listed])

    def says_texts(one: int) -> bool:
        kind = kinds.get(one)
        return kind in TEXTS if kind is not None else bool(texts[(tag == one) & valid].all())

    worded = np.isin(tag, [one for one in np.unique(tag).tolist() if says_texts(one)])
    sound = valid & (worded | ~texts)
    codes: dict[object, int] = {}
    plain = [
        0.0 if not has else codes.setdefault(one, len(codes)) if in_words else float(one)
        for one, has, in_words in zip(listed, sound.tolist(), worded.tolist(), strict=True)
    ]
    return np.array(plain, dtype=np.float64), sound
