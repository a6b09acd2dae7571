"""The lanes room: what the machines of a line did beside each other, and one moment of one of them with what it needs
to be corrected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import WORK_UNIT, PlantModel
from dovetail.lanes.model import Look, Looks, Segments, bucket_of, decimated, segments_of
from dovetail.timeline.model import Edit, StateRecord

VIEW: Final = "plant.view"
EVER_US: Final = 1 << 62


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
    def tail(self, equipment_id: int, *, scope: Scope) -> Any: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """The lanes of a stretch; `records`: how many records they show, `partial`: some machines are out of sight."""

    bucket_us: int
    until_us: int
    looks: list[Look]
    lanes: list[tuple[int, Segments]]
    records: int
    partial: bool


@dataclass(frozen=True, slots=True)
class Around:
    """One record with those before and after it. `version`: the newest word of people about all three."""

    record: StateRecord
    before: StateRecord | None
    after: StateRecord | None
    version: str
    settled_us: int
    changed: frozenset[int]


class LanesRoom:
    """Answers; keeps nothing. `plant` is that of an equipment today, or when an `as_of` became known; nothing is known
    of what comes after `until`."""

    def __init__(
        self,
        database: Database,
        *,
        plant: Callable[[int, int | None], PlantModel],
        timeline: Timeline,
        until: Callable[[int | None], int],
    ) -> None:
        self._database, self._plant, self._timeline, self._until = database, plant, timeline, until

    def picture(
        self, equipment_id: int, from_us: int, to_us: int, *, px: int, scope: Scope, as_of: int | None = None
    ) -> Picture:
        """What a machine did, or every machine below a node that the scope sees: in the order of the flow."""
        scope.require(VIEW, equipment_id)
        now_us = self._until(as_of)
        looks, bucket_us = Looks(), bucket_of(from_us, to_us, px)
        units, partial = self._units(equipment_id, scope, as_of)
        lanes: list[tuple[int, Segments]] = []
        records = 0
        for unit in units:
            with self._database.read() as reading:
                upto_us = min(to_us, now_us + 1)
                told = self._timeline.told(reading, unit, from_us, upto_us, scope=scope, as_of=as_of)
            settled_us = self._settled(unit, scope, as_of)
            found = segments_of(told.records, looks, changed=told.changed, settled_us=settled_us, now_us=now_us)
            records += len(found)
            lanes.append((unit, decimated(found, bucket_us)))
        return Picture(bucket_us, min(to_us, now_us), looks.all, lanes, records, partial)

    def around(self, equipment_id: int, at_us: int, *, scope: Scope, as_of: int | None = None) -> Around:
        """What a machine did at a moment, and before and after. Raises NotFoundError where nothing is told."""
        scope.require(VIEW, equipment_id)
        now_us = self._until(as_of)
        with self._database.read() as reading:
            found = self._timeline.told(reading, equipment_id, at_us, at_us + 1, scope=scope, as_of=as_of).records
            if not found:
                message, hint = "nothing is told of this moment", "choose a moment at which the machine was known"
                raise NotFoundError(message, code="no-record", hint=hint)
            record = found[0]
            end_us = now_us + 1 if record.t1_us is None else record.t1_us + 1
            begin_us = record.t0_us - 1
            told = self._timeline.told(reading, equipment_id, begin_us, end_us, scope=scope, as_of=as_of)
        place = next(n for n, one in enumerate(told.records) if one.t0_us == record.t0_us)
        words = (edit.known_from if edit.withdrawn else edit.known for edit in told.said)
        return Around(
            record=told.records[place],
            before=told.records[place - 1] if place else None,
            after=told.records[place + 1] if place + 1 < len(told.records) else None,
            version=f"{max(words, default=0)}-{record.t0_us:x}",
            settled_us=self._settled(equipment_id, scope, as_of),
            changed=told.changed,
        )

    def _settled(self, unit: int, scope: Scope, as_of: int | None) -> int:
        """Up to here late samples alone change what is told; of the past of knowledge only what was settled is."""
        return EVER_US if as_of is not None else self._timeline.tail(unit, scope=scope).settled_us

    def _units(self, equipment_id: int, scope: Scope, as_of: int | None) -> tuple[Sequence[int], bool]:
        """The machines at and below a node in the order of the flow, and whether others are out of sight."""
        plant = self._plant(equipment_id, as_of)
        found: list[int] = []
        hidden = False

        def walk(node_id: int) -> None:
            nonlocal hidden
            node = plant.get(node_id)
            if not scope.sees(VIEW, node_id):
                hidden = True
            elif node.level == WORK_UNIT:
                found.append(node_id)
            else:
                names = {name: place for place, name in enumerate(node.flow)}
                children = [plant.get(child) for child in plant.children(node_id)]
                last = len(names)
                for child in sorted(children, key=lambda one: (names.get(one.path.rpartition("/")[2], last), one.path)):
                    walk(child.id)

        walk(equipment_id)
        return found, hidden
