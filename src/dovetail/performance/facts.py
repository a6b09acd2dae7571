"""Gather what is known of an equipment's time: its own tracks; for a line those of its constraint and outfeed."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, Literal, Protocol

from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Scope, system_scope
from dovetail.counting.pieces import KINDS, begin_us, not_yet_held, told_by
from dovetail.db.uow import Reading
from dovetail.equipment.model import Equipment, PlantModel
from dovetail.ledger.cutting import cut, stretches
from dovetail.ledger.model import Slice
from dovetail.ledger.pieces import allot
from dovetail.ledger.reach import Period, extent, is_far, to_edges, with_decided
from dovetail.ledger.timeclass import Settings
from dovetail.ledger.tracks import CountTrack, Definitions, Facts, JobTrack, SpanTrack, StateTrack
from dovetail.performance.model import Goal

OWN: Final[Scope] = system_scope("ledger")
EVER_US: Final = 1 << 62


class Tail(Protocol):
    """What is decided of one equipment beyond what is settled: provisional, and never stored as truth.

    `records` follow the settled ones from the open one on, which they replace; `counts` the last count record.
    """

    @property
    def records(self) -> Sequence[StateTrack]: ...
    @property
    def counts(self) -> Sequence[CountTrack]: ...


class States(Protocol):
    """What is asked of the states room."""

    def records(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[StateTrack]: ...
    def tail(self, equipment_id: int, *, scope: Scope) -> Tail: ...


class Counting(Protocol):
    """What is asked of the counting room: what counters counted and what people said of it, as one."""

    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[CountTrack]: ...


class Production(Protocol):
    """What is asked of the production room."""

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[JobTrack]: ...


class ShiftTrack(Protocol):
    """One shift as it takes place."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int: ...


class Calendar(Protocol):
    """What is asked of the calendar room."""

    def spans(
        self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None
    ) -> Sequence[SpanTrack]: ...
    def shifts(
        self, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None
    ) -> Sequence[ShiftTrack]: ...
    def shift_at(self, equipment_id: int, at_us: int, *, as_of: int | None = None) -> ShiftTrack | None: ...


class Plants(Protocol):
    """What is asked of the equipment room."""

    def plant(self, *, at_us: int | None = None) -> PlantModel: ...
    def changes_between(self, from_us: int, to_us: int) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """The rooms beneath, and answers of a moment: the category of each reason, the rate of a product on an equipment
    (its path), the conventions (none: those the ledger was made with), the targets of an equipment (its path)."""

    equipment: Plants
    states: States
    counting: Counting
    production: Production
    calendar: Calendar
    categories: Callable[[int], Mapping[str, str]]
    rate_upm: Callable[[str, str, int], float | None]
    settings: Callable[[int], Settings] | None = None
    targets: Callable[[str, int], Mapping[str, Goal]] | None = None
    signed: Callable[[Reading, int, int, int, int | None], Sequence[tuple[int, int, int]]] = lambda *_: ()
    """(from, to, known) of the stretches of a ledger that stand as known then: what comes later does not move them."""
    fresh: Callable[[Reading, int, Sequence[CountTrack]], Sequence[CountTrack]] = lambda _r, _unit, fresh: fresh
    """Counts of a unit that are not recorded yet, as `counting` gives those that are."""
    whole: Callable[..., tuple[int, int]] = lambda _reading, _units, period, _as_of: period
    """A period in which counts of units changed, with all in which others are others because of it."""
    earlier: Callable[[int], Sources] | None = None
    """The same, with the definitions that were known at a `known`; none: they never were others."""


@dataclass(frozen=True, slots=True)
class Ledgered:
    """Whose tracks make up the ledger of an equipment: a unit's are its own, a line's those DESIGN §7 names."""

    times_of: int
    good_from: int
    rejects_from: tuple[int, ...]
    infeed_from: int

    @property
    def units(self) -> frozenset[int]:
        """Every equipment whose records may move this ledger."""
        return frozenset({self.times_of, self.good_from, self.infeed_from, *self.rejects_from})

    def counts_of(self, equipment_id: int, kind: str) -> bool:
        """Whether pieces of a kind counted at an equipment are pieces of this ledger."""
        if kind == "good":
            return equipment_id == self.good_from
        return equipment_id == self.infeed_from if kind == "infeed" else equipment_id in self.rejects_from


def ledgered(plant: PlantModel, node: Equipment) -> Ledgered | None:
    """How the ledger of an equipment is made; None where it has none of its own (an area, a line without constraint).

    A line takes times and rate from its constraint, good pieces from its outfeed (else the last in the flow), scrap
    and rework from the constraint on (DESIGN §7).
    """
    if node.flow and node.constraint:
        named = [plant.by_path(f"{node.path}/{name}").id for name in node.flow]
        start = named.index(plant.by_path(f"{node.path}/{node.constraint}").id)
        last = named.index(plant.by_path(f"{node.path}/{node.outfeed}").id) if node.outfeed else len(named) - 1
        reach = tuple(named[start : max(start, last) + 1])
        return Ledgered(reach[0], reach[-1], reach, reach[0])
    if node.states:
        return Ledgered(node.id, node.id, (node.id,), node.id)
    return None


@lru_cache(maxsize=2)  # of the plant that holds: asked for at every change
def ledgers(plant: PlantModel) -> Mapping[int, Ledgered]:
    """How the ledger of each equipment is made that has one."""
    found = ((number, ledgered(plant, node)) for number, node in plant.equipment.items())
    return {number: made_of for number, made_of in found if made_of is not None}


class Gathering:
    """Facts of one installation as known at a moment; nothing here is written."""

    def __init__(self, sources: Sources, settings: Settings) -> None:
        self._sources = sources
        self.settings = settings
        self.plants: list[int] = []  # the `known` of every plant version in order: definitions change at none between

    def said(self, as_of: int | None) -> Sources:
        """The rooms beneath, with the definitions as they were known at a moment (None: now)."""
        place = len(self.plants) if as_of is None else bisect_right(self.plants, as_of)
        if place == len(self.plants) or self._sources.earlier is None:
            return self._sources
        return self._sources.earlier(self.plants[place - 1] if place else 0)

    def node(
        self, equipment_id: int, at_us: int | None = None, *, as_of: int | None = None
    ) -> tuple[PlantModel, Equipment]:
        """The plant of a moment and the equipment in it; where it was not defined then the newest that defines it."""
        then, now = self.said(as_of).equipment, self._sources.equipment
        for plants, moment_us in ((then, at_us), (then, None), (now, None)):
            if equipment_id in (plant := plants.plant(at_us=moment_us)).equipment:
                return plant, plant.equipment[equipment_id]
        for moment_us in reversed(now.changes_between(-EVER_US, EVER_US)):  # it has been taken out since
            if equipment_id in (plant := now.plant(at_us=moment_us)).equipment:
                return plant, plant.equipment[equipment_id]
        raise NotFoundError("there is no such equipment")

    def made_of(self, equipment_id: int, at_us: int | None = None, *, as_of: int | None = None) -> Ledgered:
        """`ledgered` of an equipment. Raises InvalidError where it has no ledger of its own."""
        plant, node = self.node(equipment_id, at_us, as_of=as_of)
        found = ledgered(plant, node)
        if found is None:
            raise InvalidError(f"{node.path} has no times of its own", code="no-ledger", hint=missing_hint(node))
        return found

    def targets(self, path: str, at_us: int, *, as_of: int | None = None) -> Mapping[str, Goal]:
        """The targets of an equipment at a moment by KPI."""
        said = self.said(as_of)
        return {} if said.targets is None else said.targets(path, at_us)

    def has_ledger(self, equipment_id: int) -> bool:
        """Whether it is in the plant of today and has times of its own."""
        return equipment_id in ledgers(self._sources.equipment.plant())

    def untold(self, ledgers: Sequence[int], at_us: int, *, as_of: int | None = None) -> frozenset[str]:
        """The kinds of pieces that no counter of some ledgers told of at a moment; people may have entered them."""
        told: set[str] = set()
        for plant, node in (self.node(equipment_id, at_us, as_of=as_of) for equipment_id in ledgers):
            if (made_of := ledgered(plant, node)) is not None:
                units = [(unit, told_by(plant.get(unit).counters)) for unit in made_of.units]
                told |= {kind for unit, kinds in units for kind in kinds if made_of.counts_of(unit, kind)}
        return frozenset(KINDS) - told

    def records(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None
    ) -> list[StateTrack]:
        """The whole state records that touch a period (a line: those of its constraint), by time."""
        source = self.made_of(equipment_id, to_us - 1, as_of=as_of).times_of
        found = self._sources.states.records(reading, source, from_us, to_us, scope=OWN, as_of=as_of)
        return sorted(found, key=lambda record: record.t0_us)

    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None
    ) -> list[CountTrack]:
        """The whole count records with pieces made after `from_us` and up to `to_us`."""
        made_of = self.made_of(equipment_id, to_us - 1, as_of=as_of)
        found: list[CountTrack] = []
        for unit in sorted(made_of.units):
            # one more microsecond on each side: a count belongs to (t0, t1], a room may ask by [t0, t1)
            counted = self.said(as_of).counting.counts(reading, unit, from_us - 1, to_us + 1, scope=OWN, as_of=as_of)
            found += [count for count in counted if made_of.counts_of(unit, count.kind)]
        return [count for count in found if count.t1_us > from_us and begin_us(count) < to_us]

    def close_over(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None,
        long: Literal["as a whole", "to an edge"] = "as a whole",
    ) -> tuple[int, int, list[StateTrack], list[CountTrack]]:  # fmt: skip
        """(from, to, records, counts): the period widened until no record and no count reaches out of it. A record of
        many days is followed `to an edge`, where slices end whatever is true: so a day of it costs what a day costs."""
        while True:
            records = self.records(reading, equipment_id, from_us, to_us, as_of=as_of)
            counts = self.counts(reading, equipment_id, from_us, to_us, as_of=as_of)
            lo_us, hi_us = extent(records, (from_us, to_us))
            if long == "to an edge" and is_far((from_us, to_us), (lo_us, hi_us)):
                _, node = self.node(self.made_of(equipment_id, to_us - 1, as_of=as_of).times_of, to_us - 1, as_of=as_of)
                spans = partial(self.said(as_of).calendar.spans, node.id)
                lo_us, hi_us = to_edges(spans, node.timezone, (from_us, to_us), (lo_us, hi_us))
            lo_us = min([lo_us, *(count.t0_us for count in counts)])
            hi_us = max([hi_us, *(count.t1_us for count in counts)])
            if (lo_us, hi_us) == (from_us, to_us):
                return from_us, to_us, records, counts
            from_us, to_us = lo_us, hi_us

    def facts(
        self, reading: Reading, equipment_id: int, period: Period,
        tracks: tuple[Sequence[StateTrack], Sequence[CountTrack]], *, as_of: int | None,
    ) -> Facts:  # fmt: skip
        """All tracks over a period that `close_over` has widened, with its records and counts."""
        from_us, to_us = period
        source = self.made_of(equipment_id, to_us - 1, as_of=as_of).times_of
        _, node = self.node(source, to_us - 1, as_of=as_of)
        jobs = self._sources.production.responses(reading, source, from_us, to_us, scope=OWN, as_of=as_of)
        near = self.near(equipment_id, extent(tracks[0], (from_us, to_us)), as_of=as_of)
        beside = self._sources.states.records(reading, source, *near, scope=OWN, as_of=as_of)
        return Facts(
            equipment_id=equipment_id, timezone=node.timezone, records=tracks[0], jobs=jobs, counts=tracks[1],
            spans=self.said(as_of).calendar.spans(source, from_us, to_us),
            definitions=self._definitions(node, near, {job.product for job in jobs if job.product}, as_of),
            around=[one for one in beside if one.t0_us >= to_us or (one.t1_us is not None and one.t1_us <= from_us)],
        )  # fmt: skip

    def _over(self, reading: Reading, equipment_id: int, period: Period, as_of: int | None) -> tuple[int, int, Facts]:
        """(from, to, facts) of a period as far as its slices need them."""
        lo_us, hi_us, records, counts = self.close_over(reading, equipment_id, *period, as_of=as_of, long="to an edge")
        return lo_us, hi_us, self.facts(reading, equipment_id, (lo_us, hi_us), (records, counts), as_of=as_of)

    def whole(self, reading: Reading, equipment_id: int, period: Period, as_of: int) -> Period:
        """`Sources.whole` of an equipment's ledger."""
        units = self.made_of(equipment_id, period[1] - 1, as_of=as_of).units
        return self.said(as_of).whole(reading, units, period, as_of)

    def near(self, equipment_id: int, period: tuple[int, int], *, as_of: int | None) -> tuple[int, int]:
        """A period and what is so near that a short stop may reach into it."""
        unit = self.made_of(equipment_id, period[1] - 1, as_of=as_of).times_of
        moments = (period[0] - 1, period[0], *self.said(as_of).equipment.changes_between(*period), period[1])
        said = (self.settings_at(t, as_of=as_of).of_unit(self.node(unit, t, as_of=as_of)[1].states) for t in moments)
        widest_us = max(one.micro_stop_us for one in said)
        return period[0] - widest_us - 1, period[1] + widest_us + 1

    def settings_at(self, at_us: int, *, as_of: int | None = None) -> Settings:
        """The conventions that hold at a moment."""
        said = self.said(as_of)
        return self.settings if said.settings is None else said.settings(at_us)

    def _definitions(
        self, node: Equipment, period: tuple[int, int], products: set[str], as_of: int | None
    ) -> list[Definitions]:
        (from_us, to_us), said = period, self.said(as_of)
        edges = [from_us, *sorted(set(said.equipment.changes_between(from_us, to_us))), to_us]
        found: list[Definitions] = []
        for t0_us, t1_us in itertools.pairwise(edges):
            _, then = self.node(node.id, t0_us, as_of=as_of)
            rates = {product: said.rate_upm(product, then.path, t0_us) for product in products}
            known = {product: rate for product, rate in rates.items() if rate is not None}
            categories = said.categories(t0_us)
            settings = self.settings_at(t0_us, as_of=as_of).of_unit(then.states)
            found.append(Definitions(t0_us, t1_us, categories, known, then.standard_rate_upm, settings))
        return found

    def derive(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None
    ) -> list[Slice]:
        """The slices of [from_us, to_us) straight from the facts, with a cut at both ends."""
        lo_us, hi_us, facts = self._over(reading, equipment_id, (from_us, to_us), as_of)
        made = cut(facts, lo_us, hi_us, settings=self.settings, cuts=(from_us, to_us))
        return [piece for piece in made if from_us <= piece.t0_us and piece.t1_us <= to_us]

    def signed(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None
    ) -> Sequence[tuple[int, int, int]]:
        """`Sources.signed`: the stretches of a ledger that stand."""
        return self._sources.signed(reading, equipment_id, from_us, to_us, as_of)

    def kept(
        self, reading: Reading, equipment_id: int, period: tuple[int, int], *, as_of: int | None, now_us: int
    ) -> list[Slice]:
        """`derive`, with what stands from the facts of then and, up to now, with what is decided but not settled."""
        (here_us, to_us), made = period, list[Slice]()
        for t0_us, t1_us, then in [*self.signed(reading, equipment_id, *period, as_of=as_of), (to_us, to_us, None)]:
            if here_us < t0_us and as_of is None and t0_us >= now_us:
                made += self.derive_live(reading, equipment_id, here_us, t0_us)
            elif here_us < t0_us:
                made += self.derive(reading, equipment_id, here_us, t0_us, as_of=as_of)
            made += self.derive(reading, equipment_id, t0_us, t1_us, as_of=then) if t0_us < t1_us else []
            here_us = t1_us
        return made

    def derive_live(self, reading: Reading, equipment_id: int, from_us: int, now_us: int) -> list[Slice]:
        """The open tail up to now: the same, with what the engine has decided but not settled."""
        lo_us, hi_us, records, counts = self.close_over(reading, equipment_id, from_us, now_us, as_of=None)
        made_of = self.made_of(equipment_id, now_us)
        decided = self._sources.states.tail(made_of.times_of, scope=OWN)
        records = with_decided(records, decided.records)
        for unit in sorted(made_of.units):
            tail = decided if unit == made_of.times_of else self._sources.states.tail(unit, scope=OWN)
            told = [count for count in tail.counts if made_of.counts_of(unit, count.kind)]
            fresh = self._sources.fresh(reading, unit, told)
            counts += [count for count in not_yet_held(fresh, counts) if count.t0_us >= lo_us]
        hi_us = max([hi_us, *(count.t1_us for count in counts)])
        facts = self.facts(reading, equipment_id, (lo_us, hi_us), (records, counts), as_of=None)
        made = cut(facts, lo_us, hi_us, settings=self.settings, cuts=(from_us, now_us))
        return [piece for piece in made if from_us <= piece.t0_us and piece.t1_us <= now_us]

    def fresh_from(self, equipment_id: int, at_us: int) -> int:
        """From when on pieces of a line's other machines are counted, but not recorded yet, at `at_us`; else `at_us`.

        Slices of the line are held as soon as its constraint changes its state; those pieces are not in them yet.
        """
        made_of = self.made_of(equipment_id, at_us)
        tails = [(unit, self._sources.states.tail(unit, scope=OWN)) for unit in made_of.units - {made_of.times_of}]
        fresh = [count for unit, tail in tails for count in tail.counts if made_of.counts_of(unit, count.kind)]
        return min([at_us, *(begin_us(count) for count in fresh)])

    def allotted(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None
    ) -> list[tuple[CountTrack, int]]:
        """The count records that gave pieces to [from_us, to_us), a slice or a part of one, and how many each gave."""
        lo_us, hi_us, facts = self._over(reading, equipment_id, (from_us, to_us), as_of)
        made = stretches(facts, lo_us, hi_us, settings=self.settings, cuts=(from_us, to_us))
        inside = {place for place, one in enumerate(made) if from_us <= one.t0_us and one.t1_us <= to_us}
        return [(facts.counts[one.count], one.quantity) for one in allot(facts.counts, made) if one.stretch in inside]


def missing_hint(node: Equipment) -> str:
    """What to configure so that an equipment gets figures."""
    if node.flow:
        return f"name its `constraint`, one of: {', '.join(node.flow)}"
    return "give it `states` (a work unit), or `flow` and `constraint` (a line)"
