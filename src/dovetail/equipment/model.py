"""The plant as it stands at one moment: equipment, its tags, and the connections their values come from.

A `PlantModel` is an immutable snapshot with cheap look-ups; what it holds has been validated when it was applied.
Map keys inside `states`, `counters` and `job` are always text, also where the YAML has numbers (`{11: jam}` → "11").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from dovetail.core.batch import Kind
from dovetail.core.errors import NotFoundError

INTERNAL_TAGS: Final[dict[str, tuple[Kind, str | None]]] = {
    "job": (Kind.STR, None),
    "product": (Kind.STR, None),
    "rate_upm": (Kind.F64, "{#}/min"),
}  # every WorkUnit has them; production publishes there what runs
GOOD_THROUGH: Final = "good_through"
CLOCK_OFFSET: Final = "clock_offset_us"
WORK_UNIT: Final = "WorkUnit"


@dataclass(frozen=True, slots=True)
class Equipment:
    """A node of the ISA-95 tree. `timezone` and `calendar` are already inherited; `flow` names children in order."""

    id: int
    path: str
    name: str
    level: str
    parent_id: int | None
    class_name: str | None
    timezone: str
    calendar: str | None
    standard_rate_upm: float | None
    flow: tuple[str, ...]
    constraint: str | None
    outfeed: str | None
    states: Mapping[str, object] | None
    counters: Mapping[str, Mapping[str, object]]
    job: Mapping[str, object] | None
    parameters: Mapping[str, object]
    steps: tuple[tuple[str | tuple[str, ...], ...], ...] = ()  # `flow` with what stands side by side, and lanes
    buffers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    line: str = "constraint"  # or "aggregate": its figures are the sums over the units of the flow

    @property
    def jobs_at_once(self) -> int:
        """How many jobs may run on it beside each other, by plant code; one where that says nothing."""
        return int(str((self.job or {}).get("at_once", 1)))

    @property
    def by_hand(self) -> bool:
        """Whether people say what it does: it has no signal that could."""
        return bool((self.states or {}).get("by_hand"))


@dataclass(frozen=True, slots=True)
class Tag:
    """A named point: `path` is `<equipment path or connection>.<property>`.

    `connection` and `address` are None for internal tags, and with an `expression` or a `figure`. Engineering value =
    raw · `scale` + `offset`; a change smaller than `deadband` (in those units) is not kept; `scan` is the scan class.
    """

    id: int
    path: str
    equipment_id: int | None
    property: str
    connection: str | None
    address: str | None
    kind: Kind
    unit: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    deadband: float = 0.0
    scan: str = "default"
    expression: str | None = None
    figure: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A way to a controller. `time` says which clock stamps: auto, device or gateway; the tags carry what it says."""

    name: str
    driver: str
    options: Mapping[str, object]
    time: str
    good_through_tag: int
    clock_offset_tag: int
    alert_after_min: float = 5.0  # down for so long until somebody is told; 0: never


@dataclass(frozen=True, slots=True)
class ScanClass:
    """How often tags are looked at: subscribed to at, or polled every, `interval_ms`."""

    name: str
    mode: str
    interval_ms: int


class PlantModel:
    """The definitions valid at one moment. Nothing in it changes; a later `apply` makes another."""

    def __init__(
        self,
        *,
        version: int = 0,
        name: str = "",
        equipment: Iterable[Equipment] = (),
        tags: Iterable[Tag] = (),
        connections: Iterable[Connection] = (),
        scan_classes: Iterable[ScanClass] = (),
    ) -> None:
        self.version = version
        self.name = name
        self.equipment: dict[int, Equipment] = {node.id: node for node in equipment}
        self.tags: dict[int, Tag] = {tag.id: tag for tag in tags}
        self.connections: dict[str, Connection] = {connection.name: connection for connection in connections}
        self.scan_classes: dict[str, ScanClass] = {scan.name: scan for scan in scan_classes}

    @cached_property
    def _paths(self) -> dict[str, Equipment]:
        return {node.path: node for node in self.equipment.values()}

    @cached_property
    def _tag_paths(self) -> dict[str, Tag]:
        return {tag.path: tag for tag in self.tags.values()}

    @cached_property
    def _children(self) -> dict[int | None, tuple[int, ...]]:
        below: dict[int | None, list[Equipment]] = defaultdict(list)
        for node in self.equipment.values():
            below[node.parent_id].append(node)
        return {parent: tuple(n.id for n in sorted(nodes, key=lambda n: n.path)) for parent, nodes in below.items()}

    @cached_property
    def _by_owner(self) -> dict[int, dict[str, Tag]]:
        owned: dict[int, dict[str, Tag]] = defaultdict(dict)
        for tag in self.tags.values():
            if tag.equipment_id is not None:
                owned[tag.equipment_id][tag.property] = tag
        return dict(owned)

    @cached_property
    def _by_connection(self) -> dict[str, tuple[Tag, ...]]:
        read: dict[str, list[Tag]] = defaultdict(list)
        for tag in self.tags.values():
            if tag.connection is not None:
                read[tag.connection].append(tag)
        return {name: tuple(tags) for name, tags in read.items()}

    def get(self, equipment_id: int) -> Equipment:
        """The equipment of that id. Raises NotFoundError."""
        node = self.equipment.get(equipment_id)
        if node is None:
            raise NotFoundError("there is no such equipment")
        return node

    def by_path(self, path: str) -> Equipment:
        """The equipment of that path. Raises NotFoundError."""
        node = self._paths.get(path)
        if node is None:
            raise NotFoundError(f"there is no equipment {path!r}")
        return node

    def tag_by_path(self, path: str) -> Tag:
        """The tag `<equipment path>.<property>` or `<connection>.<property>`. Raises NotFoundError."""
        tag = self._tag_paths.get(path)
        if tag is None:
            raise NotFoundError(f"there is no tag {path!r}")
        return tag

    def tags_of(self, equipment_id: int) -> Mapping[str, Tag]:
        """The tags of one equipment by property, internal ones included; empty where it has none."""
        return self._by_owner.get(equipment_id, {})

    def tags_on(self, connection: str) -> tuple[Tag, ...]:
        """The tags that are read over one connection."""
        return self._by_connection.get(connection, ())

    def owner_of(self, tag_id: int) -> int | None:
        """The equipment a tag belongs to; None for a connection's own tags and for ids this model does not know."""
        tag = self.tags.get(tag_id)
        return None if tag is None else tag.equipment_id

    def links_of(self, equipment_id: int) -> frozenset[int]:
        """Good-through tag ids of the connections that this equipment's own tags are read over."""
        names = {tag.connection for tag in self.tags_of(equipment_id).values() if tag.connection is not None}
        return frozenset(self.connections[name].good_through_tag for name in names)

    def children(self, equipment_id: int) -> tuple[int, ...]:
        """The ids directly below, in the order of the line's `flow` where it names them, else by path."""
        ids = self._children.get(equipment_id, ())
        flow = {name: place for place, name in enumerate(self.get(equipment_id).flow)}
        return tuple(sorted(ids, key=lambda i: flow.get(self.equipment[i].path.rpartition("/")[2], len(flow))))

    def ancestors(self, equipment_id: int) -> tuple[int, ...]:
        """The ids above, nearest first."""
        above: list[int] = []
        node = self.get(equipment_id)
        while node.parent_id is not None:
            above.append(node.parent_id)
            node = self.equipment[node.parent_id]
        return tuple(above)

    def subtree(self, equipment_id: int) -> frozenset[int]:
        """The node and everything below it; empty when this model does not know it."""
        if equipment_id not in self.equipment:
            return frozenset()
        found, waiting = {equipment_id}, [equipment_id]
        while waiting:
            below = self._children.get(waiting.pop(), ())
            found.update(below)
            waiting.extend(below)
        return frozenset(found)

    def units_of(self, equipment_id: int) -> list[int]:
        """The work units at and below a node; of one that is gone by now itself: its past is still there."""
        below = [unit for unit in self.subtree(equipment_id) if self.equipment[unit].level == WORK_UNIT]
        return below if equipment_id in self.equipment else [equipment_id]

    def roots(self) -> frozenset[int]:
        """The ids that have nothing above them: the enterprises of this installation."""
        return frozenset(self._children.get(None, ()))
