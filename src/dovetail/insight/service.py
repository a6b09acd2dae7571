"""The insight room: the stops of a shift and why, and the board on which a shift sees how it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, Protocol

from dovetail.core.clock import HOUR_US, SECOND_US, Clock, from_rfc3339, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import WORK_UNIT, Equipment, PlantModel
from dovetail.insight.paging import Place, Stretch, page
from dovetail.insight.reasons import offered
from dovetail.insight.shown import ReasonsOut, StopOut, StopsOut, offered_out, shift_out, stop_out
from dovetail.insight.stops import Span, Stop, answered, stops
from dovetail.ledger.timeclass import Settings
from dovetail.performance.facts import ShiftTrack
from dovetail.reasoning.tree import Tree, categories
from dovetail.timeline.model import Edit, StateRecord
from dovetail.timeline.service import Under

VIEW: Final = "plant.view"
OWN: Final[Scope] = system_scope("insight")
LAST_USED: Final = 4  # what fits on a station above the tree
type Only = Literal["unassigned"] | None

WITHOUT_SHIFT_US: Final = 8 * HOUR_US  # what "this shift" means where no calendar says it


class Told(Protocol):
    """What is told of a stretch of time."""

    @property
    def records(self) -> list[StateRecord]: ...
    @property
    def said(self) -> list[Edit]: ...
    @property
    def changed(self) -> frozenset[int]: ...


class Timeline(Protocol):
    """What is asked of the timeline room."""

    def told(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Told: ...
    def under(self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope) -> Under: ...
    def last_reasons(self, reading: Reading, equipment_id: int, limit: int, *, scope: Scope) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """What is asked of the rooms beneath; the last argument of most is an `as_of`, None: as known now.

    `plant` is that of an equipment today, or when `as_of` became known; `plant_at` that of a moment. `shift` takes an
    equipment and `current` or an id; or NotFoundError. `until`: nothing is known of what comes after.
    """

    plant: Callable[[int, int | None], PlantModel]
    plant_at: Callable[[int, int | None], PlantModel]
    timeline: Timeline
    spans: Callable[[int, int, int, int | None], Sequence[Span]]
    shift: Callable[[int, str, int | None], ShiftTrack]
    reasons: Callable[[int | None], Tree]
    settings: Callable[[int, int | None], Settings]
    until: Callable[[int | None], int]


class _When(NamedTuple):
    """[from_us, to_us) as known at `as_of`; nothing is known of what comes after `now_us`."""

    from_us: int
    to_us: int
    now_us: int
    as_of: int | None


class InsightRoom:
    """Answers; keeps nothing."""

    def __init__(self, database: Database, *, clock: Clock, sources: Sources) -> None:
        self._database, self._clock, self._sources = database, clock, sources

    # --- stops -----------------------------------------------------------------------------------------------
    def stops_of_shift(
        self, equipment_id: int, name: str, *, scope: Scope, only: Only = None, as_of: int | None = None
    ) -> StopsOut:
        """The stops of a shift; where none runs now, of the last eight hours."""
        scope.require(VIEW, equipment_id)
        shift = self.shift(equipment_id, name, as_of)
        now_us = self._sources.until(as_of)
        when = (now_us - WITHOUT_SHIFT_US, now_us) if shift is None else (shift.t0_us, shift.t1_us)
        return self.stops(equipment_id, *when, scope=scope, only=only, shift=shift, as_of=as_of)

    def shift(self, equipment_id: int, name: str, as_of: int | None = None) -> ShiftTrack | None:
        """The shift that runs now (`current`; None: there is none), or that of an id. Raises NotFoundError."""
        try:
            return self._sources.shift(equipment_id, name, as_of)
        except NotFoundError:
            if name == "current":
                return None
            raise

    def stops(
        self,
        equipment_id: int,
        from_us: int,
        to_us: int,
        *,
        scope: Scope,
        only: Only = None,
        shift: ShiftTrack | None = None,
        as_of: int | None = None,
    ) -> StopsOut:
        """The stops that touch [from_us, to_us) of a machine, or of all machines below that the scope sees."""
        when = _When(from_us, to_us, self._sources.until(as_of), as_of)
        found: list[StopOut] = []
        told: list[Stop] = []
        with self._database.read() as reading:
            for node in self._units(equipment_id, scope, as_of):
                mine, out = self._stops_of(reading, node, when)
                told += mine
                found += out
        sums = answered(told, from_us, min(to_us, when.now_us))
        wanted = [stop for stop in found if _is_wanted(stop, only)]
        return StopsOut(
            items=sorted(wanted, key=place_of, reverse=True),
            start=to_rfc3339(from_us),
            end=to_rfc3339(to_us),
            as_of=as_of,
            now=to_rfc3339(when.now_us),
            shift=None if shift is None else shift_out(shift),
            stopped_s=sums.stopped_us / SECOND_US,
            unassigned_s=sums.unassigned_us / SECOND_US,
            without_reason=sums.without_reason,
        )

    def stops_before(
        self,
        equipment_id: int,
        asked: Stretch,
        *,
        scope: Scope,
        only: Only = None,
        as_of: int | None = None,
        limit: int,
    ) -> tuple[StopsOut, Place | None]:
        """A page of the stops of a stretch of any length, and where the next one begins; without their sums."""
        now_us = self._sources.until(as_of)
        units = self._units(equipment_id, scope, as_of)
        known = Stretch(asked.from_us, max(asked.from_us, min(asked.to_us, now_us + 1)), asked.place)

        def look(from_us: int, to_us: int) -> list[StopOut]:
            when = _When(from_us, to_us, now_us, as_of)
            with self._database.read() as reading:
                told = [one for node in units for one in self._stops_of(reading, node, when)[1]]
            return [one for one in told if _is_wanted(one, only)]

        items, more = page(known, look, place_of=place_of, limit=limit)
        out = StopsOut(
            items=items,
            start=to_rfc3339(asked.from_us),
            end=to_rfc3339(asked.to_us),
            as_of=as_of,
            now=to_rfc3339(now_us),
            shift=None,
            stopped_s=None,
            unassigned_s=None,
            without_reason=None,
        )
        return out, more

    def stretches(
        self, equipment_id: int, from_us: int, to_us: int, scope: Scope, as_of: int | None = None
    ) -> list[Stop]:
        """The stops that touch [from_us, to_us) of a machine, or of all machines below that the scope sees, whole."""
        when = _When(from_us, to_us, self._sources.until(as_of), as_of)
        units = self._units(equipment_id, scope, as_of)
        with self._database.read() as reading:
            return [stop for node in units for stop in self._stops_of(reading, node, when)[0]]

    def is_short(self, stop: Stop, as_of: int | None = None) -> bool:
        """Whether a stop that is over was a short one, as the list of stops calls it."""
        node = self._sources.plant(stop.equipment_id, as_of).get(stop.equipment_id)
        settings = self._settings_of(node, stop.t0_us, as_of)
        return stop.t1_us is not None and stop.t1_us - stop.t0_us <= settings.micro_stop_us

    def stop_at(self, reading: Reading, equipment_id: int, at_us: int) -> StopOut | None:
        """The stop that goes on at a moment, None where there is none; for the answer to who edited it."""
        node = self._sources.plant(equipment_id, None).get(equipment_id)
        _, found = self._stops_of(reading, node, _When(at_us, at_us + 1, self._clock.now_us(), None))
        return next(iter(found), None)

    def _units(self, equipment_id: int, scope: Scope, as_of: int | None) -> list[Equipment]:
        """The machines at and below a node that the scope sees, by path."""
        scope.require(VIEW, equipment_id)
        plant = self._sources.plant(equipment_id, as_of)
        nodes = (plant.equipment[number] for number in plant.subtree(equipment_id) if scope.sees(VIEW, number))
        return sorted((node for node in nodes if node.level == WORK_UNIT), key=lambda node: node.path)

    def _stops_of(self, reading: Reading, node: Equipment, when: _When) -> tuple[list[Stop], list[StopOut]]:
        from_us, to_us, now_us, as_of = when
        lo_us, hi_us, wider_us = from_us, min(to_us, now_us + 1), HOUR_US
        while True:  # a stop that reaches out of the period is shown whole
            told = self._sources.timeline.told(reading, node.id, lo_us, hi_us, scope=OWN, as_of=as_of)
            records = told.records
            begins = bool(records) and _stands(records[0]) and records[0].t0_us <= lo_us
            ends = bool(records) and _stands(records[-1]) and (records[-1].t1_us or 0) >= hi_us
            if not begins and not ends:
                break
            lo_us = min(records[0].t0_us, lo_us - wider_us) - 1 if begins else lo_us
            hi_us = max(records[-1].t1_us or 0, hi_us + wider_us) + 1 if ends else hi_us
            wider_us *= 2
        if not records:
            return [], []
        last_us = max(now_us, records[-1].t1_us or now_us) + 1
        mine = stops(records, self._sources.spans(node.id, records[0].t0_us, last_us, as_of))
        mine = [stop for stop in mine if stop.t0_us < to_us and (stop.t1_us is None or stop.t1_us > from_us)]
        then = [self._settings_of(node, stop.t0_us, as_of) for stop in mine]
        return mine, [
            stop_out(stop, told.said, now_us=now_us, micro_us=was.micro_stop_us, changed=told.changed)
            for stop, was in zip(mine, then, strict=True)
        ]

    def _settings_of(self, node: Equipment, at_us: int, as_of: int | None) -> Settings:
        """The conventions of a machine at a moment, as its ledger is cut by them."""
        then = self._sources.plant_at(at_us, as_of).equipment.get(node.id, node)
        return self._sources.settings(at_us, as_of).of_unit(then.states)

    # --- reasons ---------------------------------------------------------------------------------------------
    def offered(self, equipment_id: int, *, scope: Scope, at_us: int | None = None) -> ReasonsOut:
        """The reasons offered at an equipment at a moment (default: now), and what the machine itself says of it."""
        scope.require(VIEW, equipment_id)
        node = self._sources.plant(equipment_id, None).get(equipment_id)
        moment_us = self._clock.now_us() if at_us is None else at_us
        tree = self._sources.reasons(moment_us)
        wanted: Any = (node.states or {}).get("reasons") or ()
        with self._database.read() as reading:
            used = self._sources.timeline.last_reasons(reading, equipment_id, 4 * LAST_USED, scope=scope)
            under = self._sources.timeline.under(reading, equipment_id, moment_us, moment_us + 1, scope=scope)
        known = categories(tree)
        return ReasonsOut(
            items=offered_out(offered(tree, wanted)),
            last_used=[key for key in used if key in known][:LAST_USED],
            suggested=under.derived[0].reason if under.derived else None,
        )


def place_of(stop: StopOut) -> Place:
    """Where a stop stands in a list by time."""
    return Place(from_rfc3339(stop.start), stop.equipment_id)


def _is_wanted(stop: StopOut, only: Only) -> bool:
    return only != "unassigned" or (stop.reason is None and not stop.planned)


def _stands(record: StateRecord) -> bool:
    return record.is_known and not record.produces
