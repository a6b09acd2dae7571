"""Run recorded samples through other plant code, in memory, and say what would have changed. Nothing is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from dovetail.conversions.service import ConversionsRoom
from dovetail.core.clock import DAY_US, Clock
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Scope
from dovetail.counting.fold import Fold
from dovetail.counting.pieces import CountTrack
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import PlantModel
from dovetail.equipment.service import EquipmentRoom, PlantInvalidError
from dovetail.ledger.columns import sum_slices
from dovetail.ledger.model import Slice
from dovetail.performance.facts import Gathering, Ledgered, Sources, ledgered
from dovetail.performance.report import figures
from dovetail.performance.service import PerformanceRoom
from dovetail.replaying.anew import Anew
from dovetail.replaying.derived import OWN, Again, Engine, Replayed, everything
from dovetail.replaying.imagined import FIRST_US, LAST_US, Held, Imagined
from dovetail.replaying.model import Brief, Compared, Machine, Replay, differences
from dovetail.states.service import StatesRoom
from dovetail.timeline.model import StateRecord
from dovetail.timeline.telling import Teller
from dovetail.virtual.asked import Past
from dovetail.virtual.model import Book
from dovetail.workcalendar.service import CalendarRoom

VERSIONS_MAX: Final = 16  # of the plant whose expressions are told from the new ones
LONGEST_US: Final = 400 * DAY_US  # a year and a month; a longer past is replayed in parts

type Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """`documents`: the plant code to try; None: the one that holds. `equipment`: these and all below; empty: all."""

    documents: Mapping[str, bytes] | None
    from_us: int
    to_us: int
    equipment: Sequence[int] = ()


class Timeline:
    """What signals and people together say, over states that were derived again."""

    def __init__(self, states: Replayed) -> None:
        self._teller, self._states = Teller(states), states

    def records(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[StateRecord]:
        return self._teller.gather(reading, equipment_id, from_us, to_us).records(from_us, to_us)

    def tail(self, equipment_id: int, *, scope: Scope) -> object:
        return self._states.tail(equipment_id, scope=scope)


class Counting:
    """The same for pieces."""

    def __init__(self, states: Replayed) -> None:
        self._fold = Fold(states)

    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[CountTrack]:
        return self._fold.counts(reading, equipment_id, from_us, to_us)


@dataclass(frozen=True, slots=True)
class ReplayRoom:
    """Asks the rooms below; keeps nothing."""

    database: Database
    equipment: EquipmentRoom
    samples: Past
    states: StatesRoom
    calendar: CalendarRoom
    performance: PerformanceRoom
    clock: Clock

    def replay(self, asked: Asked, *, scope: Scope, on_step: Step = lambda _done, _total: None) -> Replay:
        """What would have changed. Raises PlantInvalidError, InvalidError, NotFoundError, and RefusedError's kinds."""
        scope.require("plant.edit", None)
        began_s = time.perf_counter()
        asked, notes = self._cut_short(asked), list[str]()
        imagined = self._imagined(asked)
        wanted = _wanted(imagined.model, asked.equipment, scope)
        units = sorted({unit for made_of in wanted.values() for unit in made_of.units if unit > 0})
        days = -(-(asked.to_us - asked.from_us) // DAY_US)
        steps = _Steps(on_step, (days + 2) * len(units) + len(wanted))
        room = self.calendar.imagined(
            imagined.calendars(self.calendar.versions()), calendar_of=imagined.calendar_of,
            plant_moments=imagined.moments(),
        )  # fmt: skip
        held = Book(
            lambda at_us: self.equipment.plant(at_us=at_us),
            self.equipment.changes_between(FIRST_US, LAST_US),
            versions=VERSIONS_MAX,
        )
        anew = Anew(self.samples, held, imagined.model, from_us=asked.from_us, until_us=self.clock.now_us())
        engine = Engine(anew, self.states, imagined, room.cuts, self.clock.now_us())
        with self.database.read() as reading:
            again = {
                unit: everything(engine.again(reading, unit, asked.from_us, asked.to_us), steps.one)
                for unit in units
                if imagined.model.equipment[unit].states or imagined.model.equipment[unit].counters
            }
            other = self._sources(imagined, room, again)
            compare = _Comparing(self, other, room, Replayed(self.states, again), asked)
            machines = [steps.then(compare.machine(reading, number)) for number in wanted if number > 0]
        notes += _new(imagined.model) + _computed(imagined.model, anew.tags)
        machines.sort(key=lambda one: one.weight)
        samples = sum(one.samples for one in again.values())
        return Replay(asked.from_us, asked.to_us, machines, notes, samples, time.perf_counter() - began_s)

    def check(self, asked: Asked) -> None:
        """Whether it can be begun: raises what `replay` would, as far as that is known before anything is read."""
        self._cut_short(asked)
        model = self._imagined(asked).model
        for number in asked.equipment:
            model.get(number)

    def _cut_short(self, asked: Asked) -> Asked:
        to_us = min(asked.to_us, self.clock.now_us())
        if asked.from_us >= to_us:
            raise InvalidError("there is nothing to replay in this period", pointer="/to", code="replay-period")
        if to_us - asked.from_us > LONGEST_US:
            hint = "replay it in parts"
            raise InvalidError("a replay is of at most 400 days", pointer="/from", code="replay-period", hint=hint)
        return replace(asked, to_us=to_us)

    def _imagined(self, asked: Asked) -> Imagined:
        documents = asked.documents
        if documents is None:
            _, texts = self.equipment.export(scope=OWN)
            documents = {name: text.encode("utf-8") for name, text in texts.items()}
        plant, report = self.equipment.check(documents)
        if not report.ok:
            raise PlantInvalidError(report)
        held = self.performance.sources
        room, settings_at = held.counting, self.performance.gathering.settings_at
        products = {"products": room.materials.products} if isinstance(room, ConversionsRoom) else {}
        old = Held(self.equipment, held.categories, held.rate_upm, settings_at, **products)
        return Imagined(plant, self.equipment.sections, old, from_us=asked.from_us)

    def _sources(self, imagined: Imagined, calendar: CalendarRoom, again: Mapping[int, Again]) -> Gathering:
        states, production = Replayed(self.states, again), self.performance.sources.production
        in_units = ConversionsRoom(Counting(states), production, imagined, imagined)
        sources = Sources(
            equipment=imagined,
            states=Timeline(states), counting=in_units,  # type: ignore[arg-type]  # as much as is asked of them
            production=production, calendar=calendar, categories=imagined.categories,
            rate_upm=imagined.rate_upm, settings=imagined.settings,
        )  # fmt: skip
        return Gathering(sources, self.performance.settings)


@dataclass(slots=True)
class _Steps:
    tell: Step
    total: int
    done: int = 0

    def one(self) -> None:
        self.done = min(self.done + 1, self.total)
        self.tell(self.done, self.total)

    def then[T](self, made: T) -> T:
        self.one()
        return made


@dataclass(frozen=True, slots=True)
class _Comparing:
    """Holds the past as it is known against the past as it would be."""

    room: ReplayRoom
    other: Gathering
    calendar: CalendarRoom
    states: Replayed
    asked: Asked

    def machine(self, reading: Reading, equipment_id: int) -> Machine:
        """One equipment that has a ledger of its own."""
        asked, room = self.asked, self.room
        period = (asked.from_us, asked.to_us)
        node = self.other.node(equipment_id)[1]
        known = equipment_id in room.equipment.plant().equipment
        has_ledger = known and ledgered(room.equipment.plant(), room.equipment.plant().get(equipment_id)) is not None
        was = room.performance.slices(equipment_id, *period, scope=OWN) if has_ledger else []
        would = self._would(reading, equipment_id)
        moved = differences(was, would, *period)
        shifts = self.calendar.shifts(self.other.made_of(equipment_id).times_of, *period)
        inside = [(max(one.t0_us, asked.from_us), min(one.t1_us, asked.to_us), one.name) for one in shifts]
        compared = [
            Compared(t0, t1, name, self._was(equipment_id, was, t0, t1), self._brief(equipment_id, would, t0, t1))
            for t0, t1, name in inside
        ]
        whole = Compared(
            *period, "", self._was(equipment_id, was, *period), self._brief(equipment_id, would, *period)
        )  # fmt: skip
        jumps = (
            len(room.states.held(reading, (equipment_id,), *period, scope=OWN)),
            len(self.states.held(reading, (equipment_id,), *period, scope=OWN)),
        )
        return Machine(
            equipment_id, node.path, moved, (len(was), count_of(would, asked.from_us)), jumps, whole, compared
        )

    def _would(self, reading: Reading, equipment_id: int) -> list[Slice]:
        """The slices as they would be, cut a day at a time."""
        made: list[Slice] = []
        for from_us in range(self.asked.from_us, self.asked.to_us, DAY_US):
            to_us = min(from_us + DAY_US, self.asked.to_us)
            made += self.other.derive(reading, equipment_id, from_us, to_us)
        return made

    def _was(self, equipment_id: int, slices: Sequence[Slice], from_us: int, to_us: int) -> Brief:
        whole = [one for one in slices if from_us <= one.t0_us and one.t1_us <= to_us]
        across = any(one.t0_us < at_us < one.t1_us for one in slices for at_us in (from_us, to_us))
        if across:  # another calendar: its shifts end inside what is held as one
            sums = self.room.performance.sums(equipment_id, from_us, to_us, scope=OWN)
            return brief(sums, self.room.performance.gathering, equipment_id, to_us)
        return brief(sum_slices(whole), self.room.performance.gathering, equipment_id, to_us)

    def _brief(self, equipment_id: int, slices: Sequence[Slice], from_us: int, to_us: int) -> Brief:
        inside = [one for one in slices if from_us <= one.t0_us and one.t1_us <= to_us]
        return brief(sum_slices(inside), self.other, equipment_id, to_us)


def count_of(slices: Sequence[Slice], from_us: int) -> int:
    """How many slices there are, those that were only cut to be derived a day at a time taken together."""
    seams = [(one, other) for one, other in pairwise(slices) if (other.t0_us - from_us) % DAY_US == 0]
    return len(slices) - sum(_face(one) == _face(other) for one, other in seams)


def _face(one: Slice) -> tuple[object, ...]:
    jobs = tuple((share.job_response_id, share.share_ppm, share.rate_upm) for share in one.shares)
    return (
        one.state,
        one.mode,
        one.reason,
        one.external,
        one.unplanned,
        one.plan,
        one.day,
        one.shift_id,
        one.crew,
        one.cls,
        jobs,
    )


def brief(sums: Mapping[str, int], gathering: Gathering, equipment_id: int, to_us: int) -> Brief:
    """The figures of one equipment whose question ends at a moment, by the conventions that held last in it."""
    try:
        untold: Collection[str] = gathering.untold([equipment_id], to_us - 1)
    except NotFoundError:
        untold = ()
    found = figures(sums, gathering.settings_at(to_us - 1), untold)
    return Brief(found.times.model_dump(), found.counts.model_dump(), {kpi.id: kpi.value for kpi in found.kpis})


def _wanted(plant: PlantModel, equipment: Sequence[int], scope: Scope) -> dict[int, Ledgered]:
    """The equipment with a ledger of its own among those asked for and all below them, by path."""
    within = set(plant.equipment) if not equipment else {one for root in equipment for one in plant.subtree(root)}
    nodes = sorted((plant.equipment[number] for number in within), key=lambda node: node.path)
    found = ((node.id, ledgered(plant, node)) for node in nodes if node.id < 0 or scope.sees("plant.view", node.id))
    return {number: made_of for number, made_of in found if made_of is not None}


def _new(plant: PlantModel) -> list[str]:
    names = [node.path for node in plant.equipment.values() if node.id < 0]
    names += [tag.path for tag in plant.tags.values() if tag.id < 0 and tag.address is not None]
    return [f"{name} is new: nothing is recorded of it" for name in sorted(names)]


def _computed(plant: PlantModel, anew: Sequence[int]) -> list[str]:
    return sorted(f"{plant.tags[tag].path} was computed again, from what was recorded of what it names" for tag in anew)
