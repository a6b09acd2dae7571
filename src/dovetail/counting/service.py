"""The counting room: pieces that people enter, decisions on held jumps, and the fold of both with what counters say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, Protocol

from dovetail.core.clock import Clock
from dovetail.core.scope import Scope
from dovetail.counting import store
from dovetail.counting.entering import Calendar, Entering, Jobs
from dovetail.counting.fold import Fold, Jump, States
from dovetail.counting.model import Entry
from dovetail.counting.pieces import CountTrack
from dovetail.counting.reviewing import Reviewing
from dovetail.db.uow import Reading
from dovetail.equipment.model import PlantModel
from dovetail.operations.operation import Operation
from dovetail.reasoning.tree import below

VIEW: Final = "plant.view"
QUALITY: Final = "quality"  # the category of reasons that say why a piece is scrap

type ReasonTree = Mapping[str, Mapping[str, Any]]  # code → name, category, children


class Plants(Protocol):
    """What is asked of the equipment room."""

    def plant(self, *, at_us: int | None = None) -> PlantModel: ...


class CountingRoom:
    """Every count of every work unit, whoever said it. `reasons` is the reason tree of now, `categories` that of a
    moment as `group/code`."""

    def __init__(
        self,
        *,
        states: States,
        equipment: Plants,
        jobs: Jobs,
        calendar: Calendar,
        reasons: Callable[[], ReasonTree],
        categories: Callable[[int], Mapping[str, str]],
        clock: Clock,
    ) -> None:
        self._equipment = equipment
        self._reasons = reasons
        self._fold = Fold(states)

        def plant(at_us: int | None) -> PlantModel:
            return equipment.plant(at_us=at_us)

        self.entering = Entering(
            fold=self._fold, plant=plant, reasons=categories, jobs=jobs, calendar=calendar, clock=clock
        )
        self.reviewing = Reviewing(fold=self._fold, plant=plant, clock=clock)

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        entering, reviewing = self.entering, self.reviewing
        return (entering.enter, entering.withdraw, reviewing.accept, reviewing.dismiss, reviewing.reopen)

    # --- questions -------------------------------------------------------------------------------------------
    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[CountTrack]:
        """The counts that touch (from_us, to_us], of counters and of people, as known at `as_of` (None: now)."""
        scope.require(VIEW, equipment_id)
        return self._fold.counts(reading, equipment_id, from_us, to_us, as_of=as_of)

    def fresh(self, equipment_id: int, *, scope: Scope) -> Sequence[CountTrack]:
        """What counters have counted since their last count record."""
        return self._fold.states.tail(equipment_id, scope=scope).counts

    def entries(self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope) -> list[Entry]:
        """The entries that touch (from_us, to_us], those taken back too; of a node above, of all work units below."""
        return store.every_entry(reading, self._units(equipment_id, scope), from_us, to_us)

    def jumps(self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope) -> list[Jump]:
        """The jumps held in (from_us, to_us] and what was decided; of a node above, of all work units below."""
        return self._fold.jumps(reading, self._units(equipment_id, scope), from_us, to_us)

    def jumps_among(self, reading: Reading, units: Collection[int], from_us: int, to_us: int) -> list[Jump]:
        """The same of these work units, all of which the caller may see."""
        return self._fold.jumps(reading, units, from_us, to_us)

    def scrap_reasons(self, reading: Reading, equipment_id: int, *, scope: Scope) -> tuple[ReasonTree, list[str]]:
        """(the tree of reasons for scrap, those last given here): the reasons of category quality."""
        scope.require(VIEW, equipment_id)
        return _of_quality(self._reasons()), store.last_reasons(reading, equipment_id)

    def _units(self, equipment_id: int, scope: Scope) -> list[int]:
        scope.require(VIEW, equipment_id)
        return [unit for unit in self._equipment.plant().units_of(equipment_id) if scope.sees(VIEW, unit)]


def _of_quality(tree: ReasonTree) -> ReasonTree:
    """The reasons of category quality, and those above one that is; with those alone below them."""
    found: dict[str, Mapping[str, Any]] = {}
    for code, body in tree.items():
        children = _of_quality(below(body))
        if children or body["category"] == QUALITY:
            found[code] = {**body, "children": children}
    return found
