"""The recaps room: any aggregate of signals over even intervals or over occasions; it keeps nothing of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from dovetail.aggregates.compute import Results, Summing
from dovetail.aggregates.names import EXTREMES, FOLDABLE, OF_ANYTHING, Aggregate, Config
from dovetail.aggregates.places import Intervals, evenly, whole_hours
from dovetail.core.batch import Kind
from dovetail.core.clock import DAY_US, Clock
from dovetail.core.errors import InvalidError
from dovetail.core.limits import AGGREGATE_CELLS_MAX, AGGREGATE_DAYS_MAX, AGGREGATE_FOLD_FROM_US
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import PlantModel
from dovetail.gone.model import Went
from dovetail.gone.told import GoneOf, nothing
from dovetail.historian.service import VIEW, Historian
from dovetail.production.model import JobResponse
from dovetail.recaps.model import Occasion, Over, Shift, Stop, of_job, of_lots, of_shift, of_stop
from dovetail.recaps.samples import TEXTS, Look, Samples, looks

SLOTS_MAX: Final = 24  # intervals of one question for which each chunk is cut: an hour in bits of some minutes
_OWN: Final = system_scope("recaps")


class Jobs(Protocol):
    """What is asked of the production room."""

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[JobResponse]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where occasions come from. `shifts(equipment, from, to)`; `stops(equipment, from, to, scope)`."""

    jobs: Jobs
    shifts: Callable[[int, int, int], Sequence[Shift]]
    stops: Callable[[int, int, int, Scope], Sequence[Stop]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which aggregates, and how (Part 13 AggregateConfiguration), of samples as known at `as_of` (None: now)."""

    names: tuple[Aggregate, ...]
    config: Config
    as_of: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Recap:
    """What tags came to: for each aggregate, its results [tags, intervals]."""

    tags: tuple[int, ...]
    intervals: Intervals
    results: Mapping[Aggregate, Results]


class RecapsRoom:
    """All methods are thread-safe. Raises NotFoundError for a tag or an equipment outside the scope."""

    def __init__(
        self,
        database: Database,
        *,
        historian: Historian,
        plant: Callable[[], PlantModel],
        sources: Sources,
        clock: Clock,
        gone: GoneOf = nothing,
    ) -> None:
        self._database, self._historian, self._plant = database, historian, plant
        self._sources, self._clock = sources, clock
        self.gone = gone

    def evenly(
        self, tags: Sequence[int], period: tuple[int, int], every_us: int | None, asked: Asked, *, scope: Scope
    ) -> Recap:
        """Over [from, to) in intervals of one length, the last maybe shorter; None: over all of it at once."""
        from_us, to_us = period
        every_us = to_us - from_us if every_us is None else every_us
        if every_us <= 0 or -(-(to_us - from_us) // every_us) * len(tags) * len(asked.names) > AGGREGATE_CELLS_MAX:
            raise InvalidError(
                f"tags × intervals × aggregates may be {AGGREGATE_CELLS_MAX} at most",
                pointer="/every_s", code="aggregate-too-many",
            )  # fmt: skip
        return self.over(tags, evenly(from_us, to_us, every_us), asked, scope=scope)

    def occasions(
        self, over: Over, equipment_id: int, period: tuple[int, int], *, scope: Scope, as_of: int | None = None
    ) -> list[Occasion]:
        """Those that touch [from, to), whole, by start; of a line those of its work units, but its own shifts.

        Jobs and lots as known at `as_of` (None: now), shifts and stops as they are known now.
        """
        scope.require(VIEW, equipment_id)
        from_us, to_us = period
        match over:
            case "shifts":
                found = [of_shift(one, equipment_id) for one in self._sources.shifts(equipment_id, from_us, to_us)]
            case "stops":
                found = [of_stop(one) for one in self._sources.stops(equipment_id, from_us, to_us, scope)]
            case _:
                with self._database.read() as reading:
                    jobs = self._sources.jobs.responses(reading, equipment_id, from_us, to_us, scope=scope, as_of=as_of)
                found = of_lots(jobs) if over == "lots" else [of_job(job) for job in jobs]
        now_us = self._clock.now_us()
        begun = [one for one in found if one.t0_us < now_us and (one.t1_us is None or one.t1_us > one.t0_us)]
        return sorted(begun, key=lambda one: (one.t0_us, one.equipment_id, one.id))

    def path_of(self, equipment_id: int) -> str:
        """What an equipment is called; one that is gone from the plant by its id."""
        node = self._plant().equipment.get(equipment_id)
        return str(equipment_id) if node is None else node.path

    def of_occasions(self, tags: Sequence[int], occasions: Sequence[Occasion], asked: Asked, *, scope: Scope) -> Recap:
        """Over each of them; what goes on is summed up until now, and its result is partial."""
        now_us = self._clock.now_us()
        start = np.array([one.t0_us for one in occasions], dtype=np.int64)
        end = np.array([now_us if one.t1_us is None else one.t1_us for one in occasions], dtype=np.int64)
        goes_on = np.array([one.t1_us is None for one in occasions], dtype=np.bool_)
        return self.over(tags, Intervals(start, end, goes_on), asked, scope=scope)

    def over(self, tags: Sequence[int], intervals: Intervals, asked: Asked, *, scope: Scope) -> Recap:
        """Over any intervals. Raises InvalidError where a text would need a number, and for too much at once."""
        self._historian.require(tags, scope=scope)  # whatever is asked of it
        kinds = self._kinds(tags)
        self._bear(tags, kinds, intervals, asked)
        shape = (len(tags), len(intervals))
        results: dict[Aggregate, Results] = {name: _blank(shape, intervals) for name in asked.names}
        numbers = [_is_number(kind) for kind in kinds]
        until_us = int(intervals.end.max()) if len(intervals) else 0
        gone = {tag: went for tag in tags if (went := self.gone(tag, 0, until_us))} if len(intervals) else {}
        for are_numbers, config in ((True, asked.config), (False, replace(asked.config, stepped=True))):
            for is_whole in (True, False):  # where samples went, what is left is looked at one by one
                places = [
                    at for at, tag in enumerate(tags) if numbers[at] is are_numbers and (tag not in gone) is is_whole
                ]
                places.sort(key=tags.__getitem__)
                some = [tags[at] for at in places]
                lost = {tag: gone[tag] for tag in some if tag in gone}
                for names in _together(asked.names, config, intervals) if places and len(intervals) else ():
                    into: dict[Aggregate, Results] = {name: results[name] for name in names}
                    part = replace(asked, config=config, names=names)
                    self._fill(into, some, np.array(places), intervals, part, scope=scope, gone=lost)
        return Recap(tuple(tags), intervals, results)

    def _bear(
        self, tags: Sequence[int], kinds: Sequence[Kind | None], intervals: Intervals, asked: Asked
    ) -> None:  # fmt: skip
        texts = [tag for tag, kind in zip(tags, kinds, strict=True) if kind in TEXTS]
        of_numbers = [name for name in asked.names if name not in OF_ANYTHING]
        if texts and of_numbers:
            path = self._plant().tags[texts[0]].path
            raise InvalidError(f"{path} is a text and has no {of_numbers[0]}", pointer="/aggregates", code="aggregate")
        cells = len(tags) * len(intervals) * len(asked.names)
        days = len(tags) * int((intervals.end - intervals.start).sum()) / DAY_US
        if cells > AGGREGATE_CELLS_MAX or days > AGGREGATE_DAYS_MAX:
            raise InvalidError(
                f"at most {AGGREGATE_CELLS_MAX} results and {AGGREGATE_DAYS_MAX} days of one tag in one request",
                pointer="/tags", code="aggregate-too-many", hint="ask for fewer tags or a shorter period",
            )  # fmt: skip

    def _kinds(self, tags: Sequence[int]) -> list[Kind | None]:
        known = self._plant().tags
        return [known[tag].kind if tag in known else None for tag in tags]

    def _fill(
        self,
        results: Mapping[Aggregate, Results],
        tags: list[int],
        places: NDArray[np.intp],
        intervals: Intervals,
        asked: Asked,
        *,
        scope: Scope,
        gone: Mapping[int, Sequence[Went]],
    ) -> None:
        """Sum up tags (sorted), look by look, into their places among the results; `gone`: what of them went."""
        kinds = dict(zip(tags, self._kinds(tags), strict=True))
        samples, until = Samples(self._historian, scope, asked.as_of, kinds=kinds), self._until(tags)
        may_fold = asked.config.stepped and FOLDABLE.issuperset(asked.names) and not gone and not self._has_texts(tags)

        def count(at: int, from_us: int, to_us: int) -> int:
            return 0 if may_fold else samples.count(tags[at], from_us, to_us)

        if may_fold and not EXTREMES & set(asked.names) and whole_hours(intervals):
            found, points = samples.hourly(tags, intervals, names=asked.names, until=until)
            _put(results, Summing(points, intervals, asked.config), places[found], np.arange(len(intervals)))
            tags, places, until = _left(tags, places, until, found)
        if tags and may_fold and few_and_short(intervals) and len({name in EXTREMES for name in asked.names}) == 1:
            found, points = samples.slotted(tags, intervals, names=asked.names, until=until)
            _put(results, Summing(points, intervals, asked.config), places[found], np.arange(len(intervals)))
            tags, places, until = _left(tags, places, until, found)
        for look in looks(len(tags), intervals, count=count) if tags else ():
            part, some = _some(intervals, look), tags[look.tags]
            width_us = int(part.end.max()) - int(part.start.min())
            if may_fold and width_us >= AGGREGATE_FOLD_FROM_US:
                points = samples.folded(some, part, names=asked.names, until=until[look.tags])
            else:
                lost = {tag: gone[tag] for tag in some if tag in gone}
                points = samples.points(
                    some, part, names=asked.names, config=asked.config, until=until[look.tags], gone=lost
                )
            _put(results, Summing(points, part, asked.config), places[look.tags], look.intervals)

    def _has_texts(self, tags: Sequence[int]) -> bool:
        return any(kind in (None, *TEXTS) for kind in self._kinds(tags))

    def _until(self, tags: Sequence[int]) -> NDArray[np.int64]:
        """Up to where the newest sample of each tag is known to hold: its link's good-through, else now."""
        plant, now_us = self._plant(), self._clock.now_us()
        links = {tag: plant.tags[tag].connection for tag in tags if tag in plant.tags}
        marks = {
            name: plant.connections[name].good_through_tag
            for name in set(links.values())
            if name is not None and name in plant.connections
        }
        newest = self._historian.last(list(marks.values()), scope=_OWN)

        held = {name: min(now_us, newest[mark].ts_us + 1) for name, mark in marks.items() if mark in newest}
        return np.array([held.get(links.get(tag) or "", now_us) for tag in tags], dtype=np.int64)


def _put(
    results: Mapping[Aggregate, Results], summing: Summing, places: NDArray[np.intp], intervals: NDArray[np.intp]
) -> None:
    at = np.ix_(places, intervals)
    for name, into in results.items():
        found = summing.of(name)
        into.ts[at], into.value[at] = found.ts, found.value
        into.status[at], into.bits[at] = found.status, found.bits


def _left(
    tags: list[int], places: NDArray[np.intp], until: NDArray[np.int64], found: NDArray[np.intp]
) -> tuple[list[int], NDArray[np.intp], NDArray[np.int64]]:
    rest = np.delete(np.arange(len(tags)), found)
    return [tags[at] for at in rest.tolist()], places[rest], until[rest]


def _together(names: Sequence[Aggregate], config: Config, intervals: Intervals) -> list[tuple[Aggregate, ...]]:
    """Which are summed up from the same samples: extremes need others than sums do, where not all are read."""
    extremes: tuple[Aggregate, ...] = tuple(name for name in names if name in EXTREMES)
    others: tuple[Aggregate, ...] = tuple(name for name in names if name not in EXTREMES)
    read_apart = extremes and others and config.stepped and FOLDABLE.issuperset(names) and few_and_short(intervals)
    return [extremes, others] if read_apart else [tuple(names)]


def few_and_short(intervals: Intervals) -> bool:
    """Whether samples are best summed up as they are opened: wider ones may rest on headers of whole chunks."""
    width_us = int(intervals.end.max()) - int(intervals.start.min())
    return len(intervals) <= SLOTS_MAX and width_us < AGGREGATE_FOLD_FROM_US


def _is_number(kind: Kind | None) -> bool:
    """What is none, a yes and no or a text, is stepped whatever is asked (Part 13, A.1.4)."""
    return kind not in (Kind.BOOL, *TEXTS)


def _some(intervals: Intervals, look: Look) -> Intervals:
    which = look.intervals
    return Intervals(intervals.start[which], intervals.end[which], intervals.cut[which])


def _blank(shape: tuple[int, int], intervals: Intervals) -> Results:
    return Results(
        np.broadcast_to(intervals.start, shape).copy(),
        np.full(shape, np.nan),
        np.full(shape, 3, dtype=np.uint8),
        np.zeros(shape, dtype=np.uint8),
    )
