"""The conversions room: counts in the unit of what ran, for the ledger, and those that nobody can convert."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import groupby, pairwise
from typing import Final, Protocol

from dovetail.conversions.model import (
    BLOCK_US,
    Converted,
    Definition,
    JobTrack,
    Told,
    Unconverted,
    block,
    converted,
    doubtful,
    unit_of,
)
from dovetail.core.scope import Scope, system_scope
from dovetail.counting.pieces import CountTrack, not_yet_held
from dovetail.db.uow import Reading
from dovetail.equipment.model import WORK_UNIT, PlantModel
from dovetail.materials.model import Product

VIEW: Final = "plant.view"
OWN: Final = system_scope("conversions")
BEFORE_ALL_US: Final = -(1 << 62)

type Place = tuple[int, int, int]  # where one waits: work unit, moment, the how manieth of that moment


class EntryLike(Protocol):
    """What a person entered, as far as is asked of it."""

    @property
    def unit(self) -> str | None: ...
    @property
    def known_to(self) -> int | None: ...


class Raw(Protocol):
    """What is asked of the counting room: pieces as they were counted."""

    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[CountTrack]: ...


class Entered(Protocol):
    """What people entered at a work unit in (from, to], whatever became of it."""

    def __call__(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, /, *, scope: Scope
    ) -> Sequence[EntryLike]: ...


class Production(Protocol):
    """What is asked of the production room."""

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[JobTrack]: ...


class Plants(Protocol):
    """What is asked of the equipment room."""

    def plant(self, *, at_us: int | None = None) -> PlantModel: ...
    def changes_between(self, from_us: int, to_us: int) -> Sequence[int]: ...


class Products(Protocol):
    """What is asked of the materials room."""

    def products(self, at_us: int | None = None) -> Mapping[str, Product]: ...


@dataclass(frozen=True, slots=True)
class ConversionsRoom:
    """Answers as the counting room does, in units of products; under the definitions that it was given."""

    raw: Raw
    production: Production
    equipment: Plants
    materials: Products
    entered: Entered | None = None  # None: of what is imagined nothing waits for anybody

    def redefined(self, *, equipment: Plants, materials: Products, raw: Raw | None = None) -> ConversionsRoom:
        """The same under other definitions, and over other counts where some are given."""
        return replace(self, equipment=equipment, materials=materials, raw=raw or self.raw)

    # --- as the counting room answers ----------------------------------------------------------------------------
    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[CountTrack]:
        """The counts that touch (from_us, to_us], in the unit of what ran; those that wait are not among them."""
        raw = self.raw.counts(reading, equipment_id, from_us, to_us, scope=scope, as_of=as_of)
        if not self._has_units(equipment_id, raw):
            return raw
        told = self._told(reading, equipment_id, raw, as_of)
        if _parts_left(told):  # what is carried into these comes from the counts of the same days before them
            raw = self.raw.counts(reading, equipment_id, *_days(raw, from_us), scope=scope, as_of=as_of)
            told = self._told(reading, equipment_id, raw, as_of)
        touching = [one for one in told.counts if one.t1_us > from_us and min(one.t0_us, one.t1_us - 1) < to_us]
        return sorted(touching, key=lambda one: one.said is not None)  # counters first, as they were given

    def in_units(self, reading: Reading, equipment_id: int, counts: Sequence[CountTrack]) -> Sequence[CountTrack]:
        """Some counts in the unit of what ran, by themselves."""
        if not self._has_units(equipment_id, counts):
            return counts
        return self._told(reading, equipment_id, counts, None).counts

    def fresh(self, reading: Reading, equipment_id: int, fresh: Sequence[CountTrack]) -> Sequence[CountTrack]:
        """Counts that are not recorded yet, with what is carried into them from those that are."""
        if not fresh or not self._has_units(equipment_id, fresh):
            return fresh
        held = self.raw.counts(reading, equipment_id, *_days(fresh, None), scope=OWN)
        told = self._told(reading, equipment_id, [*held, *not_yet_held(fresh, held)], None)
        ours = {id(one) for one in fresh}
        return [one for one in told.counts if id(one.of if isinstance(one, Converted) else one) in ours]

    def whole(
        self, reading: Reading, units: Collection[int], period: tuple[int, int], as_of: int | None = None
    ) -> tuple[int, int]:
        """A period in which counts changed, widened to whole days where parts of pieces are carried through them."""
        from_us, to_us = block(period[0] + 1) * BLOCK_US, (block(period[1]) + 1) * BLOCK_US
        for unit in (unit for unit in units if self._may_carry(unit, from_us, to_us)):
            raw = self.raw.counts(reading, unit, from_us, to_us, scope=OWN, as_of=as_of)
            if raw and _parts_left(self._told(reading, unit, raw, as_of)):
                return from_us, to_us
        return period

    def units(self, equipment_id: int, counts: Sequence[CountTrack]) -> list[str | None]:
        """In which unit each of these was counted; None: in that of the product that ran."""
        if not self._has_units(equipment_id, counts):
            return [None] * len(counts)
        definitions = self._definitions(
            equipment_id, min(one.t1_us - 1 for one in counts), max(one.t1_us for one in counts)
        )
        return [unit_of(one, definitions) for one in counts]

    # --- what nobody knows ---------------------------------------------------------------------------------------
    def waiting(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, after: Place | None = None
    ) -> Iterator[tuple[Place, Unconverted]]:
        """(its place, count) of every count in (from_us, to_us] of which nobody said what it comes to, behind `after`,
        machine by machine and by time; of a node above, of all work units below that may be seen. Nothing is read
        that is not asked for."""
        scope.require(VIEW, equipment_id)
        units = [unit for unit in self.equipment.plant().units_of(equipment_id) if scope.sees(VIEW, unit)]
        return self._waiting(reading, units, (from_us, to_us), after)

    def waiting_anywhere(
        self, reading: Reading, from_us: int, to_us: int, *, scope: Scope, after: Place | None = None
    ) -> Iterator[tuple[Place, Unconverted]]:
        """The same of every work unit that may be seen."""
        nodes = self.equipment.plant().equipment.values()
        units = [node.id for node in nodes if node.level == WORK_UNIT and scope.sees(VIEW, node.id)]
        return self._waiting(reading, units, (from_us, to_us), after)

    def _waiting(
        self, reading: Reading, units: Iterable[int], period: tuple[int, int], after: Place | None
    ) -> Iterator[tuple[Place, Unconverted]]:
        for unit in sorted(units):
            if after is None or unit >= after[0]:
                here = after if after is not None and unit == after[0] else (unit, BEFORE_ALL_US, 0)
                yield from self._waiting_at(reading, period, here)

    def _waiting_at(
        self, reading: Reading, period: tuple[int, int], after: Place
    ) -> Iterator[tuple[Place, Unconverted]]:
        """What waits at one work unit: a day at a time of those in which something may."""
        unit, since_us, given = after
        for from_us, to_us in self._doubtful(reading, unit, *period):
            if to_us <= since_us:
                continue
            raw = self.raw.counts(reading, unit, from_us, to_us, scope=OWN)
            told = self._told(reading, unit, raw, None).waiting if self._has_units(unit, raw) else []
            inside = [one for one in told if from_us <= max(one.at_us, period[0]) < to_us and one.t1_us > period[0]]
            for at_us, found in groupby(sorted(inside, key=_order), key=lambda one: one.at_us):
                for n, one in enumerate(found, start=1):
                    if (at_us, n) > (since_us, given):
                        yield (unit, at_us, n), one

    def _doubtful(self, reading: Reading, unit: int, from_us: int, to_us: int) -> list[tuple[int, int]]:
        """[from, to) of all that a count in a unit of its own may wait in: nothing runs then, or something whose
        product does not know each unit that is counted in there; in parts of a day at most."""
        entered = () if self.entered is None else self.entered(reading, unit, from_us, to_us, scope=OWN)
        definitions = self._definitions(unit, from_us, to_us)
        units = {one.unit for one in entered if one.unit is not None and one.known_to is None}
        units |= {name for one in definitions for name in one.units.values()}
        if not units:
            return []
        jobs = self.production.responses(reading, unit, from_us, to_us, scope=OWN)
        return [part for one in definitions for stretch in doubtful(one, jobs, units) for part in _by_day(*stretch)]

    # --- definitions ---------------------------------------------------------------------------------------------
    def _has_units(self, equipment_id: int, counts: Sequence[CountTrack]) -> bool:
        """Whether any of these may stand in a unit of its own."""
        if not counts:
            return False
        if any(one.said is not None and one.said.unit is not None for one in counts):
            return True
        moments = self._moments(min(one.t0_us for one in counts), max(one.t1_us for one in counts))
        return any(self._units(equipment_id, at_us) for at_us in moments)

    def _may_carry(self, equipment_id: int, from_us: int, to_us: int) -> bool:
        """Whether anything could have been counted in another unit at all: most plants know of none."""
        return any(
            self._units(equipment_id, at_us) or any(one.converts for one in self.materials.products(at_us).values())
            for at_us in self._moments(from_us, to_us)
        )

    def _moments(self, from_us: int, to_us: int) -> list[int]:
        return [from_us, *sorted(self.equipment.changes_between(from_us, to_us))]

    def _units(self, equipment_id: int, at_us: int | None) -> Mapping[int, str]:
        plant = self.equipment.plant(at_us=at_us)
        node = plant.equipment.get(equipment_id)
        counters: Mapping[str, Mapping[str, object]] = node.counters if node else {}
        told = [(str(body["tag"]), str(body["unit"])) for body in counters.values() if body.get("unit")]
        if not told:
            return {}
        tags = plant.tags_of(equipment_id)
        return {tags[tag].id: unit for tag, unit in told if tag in tags}

    def _told(self, reading: Reading, equipment_id: int, counts: Sequence[CountTrack], as_of: int | None) -> Told:
        from_us = min(min(one.t0_us, one.t1_us - 1) for one in counts)
        to_us = max(one.t1_us for one in counts)
        jobs = self.production.responses(reading, equipment_id, from_us, to_us, scope=OWN, as_of=as_of)
        return converted(counts, jobs, self._definitions(equipment_id, from_us, to_us))

    def _definitions(self, equipment_id: int, from_us: int, to_us: int) -> list[Definition]:
        edges = [*self._moments(from_us, to_us), to_us]
        return [self._definition(equipment_id, *pair) for pair in pairwise(edges)]

    def _definition(self, equipment_id: int, t0_us: int, t1_us: int) -> Definition:
        return Definition(t0_us, t1_us, self._units(equipment_id, t0_us), partial(_per, self.materials.products(t0_us)))


def _per(products: Mapping[str, Product], product: str, unit: str) -> Fraction | None:
    found = products.get(product)
    return None if found is None else found.per(unit)


def _parts_left(told: Told) -> bool:
    return any(isinstance(one, Converted) and one.step.per.denominator > 1 for one in told.counts)


def _days(counts: Sequence[CountTrack], from_us: int | None) -> tuple[int, int]:
    """(from, to] of the whole days on which these counts, or their parts after a moment, end."""
    ends = [one.t1_us for one in counts]
    begins = [one.t0_us + 1 if from_us is None else max(one.t0_us, from_us) + 1 for one in counts]
    return block(min(*ends, *begins)) * BLOCK_US, (block(max(ends)) + 1) * BLOCK_US


def _by_day(from_us: int, to_us: int) -> list[tuple[int, int]]:
    """A stretch in parts of a day (UTC) at most."""
    edges = [from_us, *range(block(from_us + 1) * BLOCK_US + BLOCK_US, to_us, BLOCK_US), to_us]
    return list(pairwise(edges))


def _order(one: Unconverted) -> tuple[int, int, str, str, int]:
    said = one.of.said
    return one.at_us, one.t1_us, one.of.kind, "" if said is None else said.id, one.of.tag_id or 0
