"""Run recorded samples through other plant code, in memory, and say what would have changed. Nothing is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dovetail.conversions.service import ConversionsRoom
from dovetail.core.clock import DAY_US, Clock
from dovetail.core.errors import InvalidError
from dovetail.core.limits import REPLAY_SHIFTS_MAX
from dovetail.core.scope import Scope
from dovetail.counting.fold import Fold
from dovetail.counting.pieces import CountTrack
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import PlantModel
from dovetail.equipment.service import EquipmentRoom, PlantInvalidError
from dovetail.performance.facts import Gathering, Ledgered, Sources, ledgered
from dovetail.performance.service import PerformanceRoom
from dovetail.replaying.anew import Anew
from dovetail.replaying.comparing import Comparing
from dovetail.replaying.derived import OWN, Engine, Replayed, everything
from dovetail.replaying.imagined import FIRST_US, LAST_US, Held, Imagined
from dovetail.replaying.model import Replay
from dovetail.replaying.shelf import Again, Shelf
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
    scratch: Path | None = None  # where what does not fit into memory lies meanwhile; None: where the system says

    def replay(self, asked: Asked, *, scope: Scope, on_step: Step = lambda _done, _total: None) -> Replay:
        """What would have changed. Raises PlantInvalidError, InvalidError, NotFoundError, and RefusedError's kinds."""
        scope.require("plant.edit", None)
        began_s = time.perf_counter()
        asked, notes = self._cut_short(asked), list[str]()
        imagined = self._imagined(asked)
        wanted = _wanted(imagined.model, asked.equipment, scope)
        units = sorted({unit for made_of in wanted.values() for unit in made_of.units if unit > 0})
        days = -(-(asked.to_us - asked.from_us) // DAY_US)
        steps = _Steps(on_step, (days + 2) * len(units) + days * len(wanted))
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
        with closing(Shelf(self.scratch)) as shelf, self.database.read() as reading:
            again = {
                unit: everything(engine.again(reading, unit, asked.from_us, asked.to_us, shelf), steps.one)
                for unit in units
                if imagined.model.equipment[unit].states or imagined.model.equipment[unit].counters
            }
            other, period = self._sources(imagined, room, again), (asked.from_us, asked.to_us)
            states = (self.states, Replayed(self.states, again))
            most = REPLAY_SHIFTS_MAX // max(1, len(wanted))
            compare = Comparing(self.performance, other, room, period)
            machines = [compare.machine(reading, number, states, most, steps.one) for number in wanted if number > 0]
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
