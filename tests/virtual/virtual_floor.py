"""A mixer on two PLCs with computed tags, a real historian and the virtual room on it: what the tests here share."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane, Value
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.equipment.model import Connection, Equipment, PlantModel, ScanClass, Tag
from dovetail.events.equipment import PlantApplied
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.tracks.columns import Track
from dovetail.tracks.memory import Heard
from dovetail.tracks.samples import by_tag
from dovetail.virtual.service import VirtualRoom

MIXER, PUMP = 10, 11
POWER, FLOW, ON, RECIPE, PRODUCT = 1, 2, 3, 4, 5
LINK_A, LINK_B = 900, 902
MARK, PUMP_MARK = 950, 951
FIRST_COMPUTED = 100
SCOPE = system_scope("test")
UNITS = {POWER: "kW", FLOW: "m3/h"}
TAGS = {
    POWER: ("power", Kind.F64, "plc-a"), FLOW: ("flow", Kind.F64, "plc-b"), ON: ("on", Kind.BOOL, "plc-a"),
    RECIPE: ("recipe", Kind.STR, "plc-a"), PRODUCT: ("product", Kind.STR, None),
}  # fmt: skip
LINKS = {"plc-a": LINK_A, "plc-b": LINK_B}

type Formula = tuple[str, Kind]


def plant(formulas: Mapping[str, Formula], pump: Mapping[str, Formula] | None = None) -> PlantModel:
    """The mixer with these computed tags, and a pump beside it with others."""
    tags = [
        Tag(n, f"acme/mixer.{name}", MIXER, name, link, name if link else None, kind, UNITS.get(n))
        for n, (name, kind, link) in TAGS.items()
    ]
    mine = [(MIXER, "mixer", name, formula) for name, formula in formulas.items()]
    beside = [(PUMP, "pump", name, formula) for name, formula in (pump or {}).items()]
    for node, where, name, (text, kind) in (*mine, *beside):
        number = NUMBERS.setdefault((node, name), FIRST_COMPUTED + len(NUMBERS))
        tags.append(Tag(number, f"acme/{where}.{name}", node, name, None, None, kind, expression=text))
    for node, where, mark in ((MIXER, "mixer", MARK), (PUMP, "pump", PUMP_MARK)):
        tags.append(Tag(mark, f"acme/{where}.good_through", node, "good_through", None, None, Kind.I64, "us"))
    return PlantModel(
        equipment=[_node(MIXER, "mixer"), _node(PUMP, "pump")],
        tags=tags,
        connections=[Connection(name, "opcua", {}, "auto", link, link + 1) for name, link in LINKS.items()],
        scan_classes=[ScanClass("default", "subscribe", 250)],
    )


NUMBERS: dict[tuple[int, str], int] = {}


def _node(number: int, name: str) -> Equipment:
    return Equipment(
        number, f"acme/{name}", name, "WorkUnit", None, None, "UTC", None, None, (), None, None, None, {}, None, {}
    )


def at(second: float) -> int:
    """A moment of the test's day."""
    return DAY_ZERO_US + round(second * SECOND_US)


class Plants:
    """The plant versions of a test."""

    def __init__(self) -> None:
        self.versions: list[tuple[int, PlantModel]] = []

    def plant(self, *, at_us: int | None = None) -> PlantModel:
        index = bisect_right([start for start, _ in self.versions], 1 << 62 if at_us is None else at_us) - 1
        return self.versions[index][1] if index >= 0 else PlantModel()

    def changes_between(self, from_us: int, to_us: int) -> list[int]:
        return [start for start, _ in self.versions if from_us < start < to_us]


type Sent = tuple[int, float, Value] | tuple[int, float, Value, int]  # tag, second, value or None for BAD, quality


@dataclass
class Floor:
    """`send` is the edge, `drain` the worker, `reopen` a kill and a restart."""

    database: Database
    clock: ManualClock
    bus: Bus
    folder: Path
    plants: Plants = field(default_factory=Plants)
    seq: int = 0
    sent: list[Sent] = field(default_factory=list)

    def apply(self, second: float, formulas: Mapping[str, Formula], pump: Mapping[str, Formula] | None = None) -> None:
        """A new plant version holds from a moment on."""
        start = at(second)
        self.plants.versions = [one for one in self.plants.versions if one[0] < start]
        self.plants.versions.append((start, plant(formulas, pump)))
        with self.database.write(SCOPE.actor) as uow:
            uow.emit(PlantApplied(len(self.plants.versions), start, uow.known))

    def open(self) -> None:
        self.historian = Historian(self.folder, clock=self.clock, bus=self.bus, owner_of=lambda _tag: MIXER)
        self.room = VirtualRoom(self.database, self.historian, self.plants, clock=self.clock, bus=self.bus)

    def reopen(self) -> None:
        self.historian.close()
        self.open()

    def send(self, rows: Iterable[Sent] = (), *, a: float | None = None, b: float | None = None) -> None:
        """One frame: samples, and up to where the links are good."""
        self.seq += 1
        self.sent += (rows := list(rows))
        batches = tuple(
            Batch.of(kind, [(row[0], at(row[1]), row[2], _quality(row)) for row in rows if TAGS[row[0]][1] is kind])
            for kind in {TAGS[row[0]][1] for row in rows}
        )
        marks = {link: at(second) for link, second in ((LINK_A, a), (LINK_B, b)) if second is not None}
        self.historian.put([Frame("edge", Lane.LIVE, 1, self.seq, batches, marks)])

    def drain(self) -> None:
        while self.room.step(50):
            pass

    def track(self, name: str, *, node: int = MIXER, from_s: float = 0.0) -> Track:
        """What is kept of a computed tag, as a track."""
        number = NUMBERS[node, name]
        return kept(self.historian, number, self.plants.plant().tags[number].kind, at(from_s))

    def told(self, name: str, *, node: int = MIXER) -> list[tuple[float, Value, str]]:
        """(second, value or None, quality) of every change of a computed tag."""
        track = self.track(name, node=node).changes()
        rows = zip(track.ts.tolist(), track.value.tolist(), track.bad.tolist(), track.qualities.tolist(), strict=True)
        return [((ts - DAY_ZERO_US) / SECOND_US, None if bad else value, q.name(mark)) for ts, value, bad, mark in rows]

    def good_through(self, mark: int = MARK) -> float | None:
        """Up to which second the computed tags are known."""
        found = self.historian.last([mark], scope=SCOPE).get(mark)
        return None if found is None else (found.ts_us - DAY_ZERO_US) / SECOND_US


def _quality(row: Sent) -> int:
    return row[3] if len(row) == 4 else q.BAD_NOT_CONNECTED if row[2] is None else q.GOOD


def kept(historian: Historian, tag: int, kind: Kind, from_us: int) -> Track:
    """All that the historian has of a tag, as a track from a moment on."""
    words = {Kind.F64: "number", Kind.BOOL: "bool", Kind.STR: "text"}
    heard = Heard(words[kind])  # type: ignore[arg-type]
    batches = historian.raw([tag], 0, 1 << 62, scope=SCOPE)
    heard.fill([part for batch in batches for _, part in by_tag(batch, np.array([tag]))], from_us, 1 << 62)
    return heard.track(from_us)


def opened(folder: Path, number: int) -> Floor:
    """A floor of its own."""
    clock, bus = ManualClock(at(86_400)), Bus()  # a day later: no sample lies in the future
    database = Database(f"sqlite:///{folder / f'records{number}.db'}", clock=clock, bus=bus)
    database.create_for_tests()
    made = Floor(database, clock, bus, folder / f"historian{number}")
    made.open()
    return made
