"""A plant with two connections, a historian that knows marks, and the room on a clock that the test owns."""

from __future__ import annotations

from dataclasses import dataclass, field

from dovetail.connections.service import ConnectionsRoom
from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.db.tables import event_log
from dovetail.db.uow import Database
from dovetail.edge.model import LinkChange
from dovetail.equipment.model import Connection, Equipment, PlantModel, Tag
from dovetail.historian.model import Sample
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

LINKS = {"plc1": (101, 201), "plc2": (102, 202)}  # good-through tag, clock offset tag


def unit(n: int) -> Equipment:
    """A work unit without anything but an id and a path."""
    nothing = (None, None, (), None, None, None, {}, None, {})
    return Equipment(n, f"acme/unit{n}", f"Unit {n}", "WorkUnit", None, None, "UTC", *nothing)


def plant(*names: str, after_min: float = 5.0) -> PlantModel:
    """Equipment 1 is fed by plc1, equipment 2 by plc2."""
    nodes = [unit(n) for n in (1, 2)]
    tags = [Tag(n, f"acme/unit{n}.speed", n, "speed", f"plc{n}", "a", Kind.F64) for n in (1, 2) if f"plc{n}" in names]
    links = [Connection(name, "test", {}, "auto", *LINKS[name], after_min) for name in names]
    return PlantModel(version=1, equipment=nodes, tags=tags, connections=links)


@dataclass
class Marks:
    """What the historian holds of the links' own tags: seconds since the start of the test."""

    good_through: dict[str, float] = field(default_factory=dict)
    lost: dict[str, float] = field(default_factory=dict)

    def last(self, tags, *, scope):
        assert scope.everything
        good = {
            LINKS[name][0]: Sample(LINKS[name][0], at(s), at(s), q.GOOD, None) for name, s in self.good_through.items()
        }
        bad = {
            LINKS[name][1]: Sample(LINKS[name][1], at(s), None, q.BAD_NOT_CONNECTED, None)
            for name, s in self.lost.items()
        }
        return {tag: sample for tag, sample in {**good, **bad}.items() if tag in tags}


def at(seconds: float) -> int:
    return DAY_ZERO_US + round(seconds * SECOND_US)


@dataclass
class World:
    """The room and everything around it."""

    database: Database
    clock: ManualClock
    marks: Marks = field(default_factory=Marks)
    model: PlantModel = field(default_factory=lambda: plant("plc1", "plc2"))

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Dovetail starts (again): nothing is remembered but the records."""
        self.room = ConnectionsRoom(
            self.database, plant=lambda *, at_us=None: self.model, historian=self.marks, clock=self.clock
        )
        self.room.begin()

    def tell(self, name: str, up: bool, seconds: float, cause: str = "") -> None:
        self.room.note(LinkChange(LINKS[name][0], name, up, at(seconds), cause))

    def until(self, minutes: float) -> None:
        """Time passes, with a step at each second of the last minute's end."""
        self.clock.tick(round(minutes * MINUTE_US) - self.clock.monotonic_us())
        self.room.step()

    def past(self, name: str, *, to_s: float = 86_400, **asked) -> list[tuple[str, float, float | None, list[str]]]:
        """(state, from, to, causes) of every period, oldest first, in seconds."""
        found = self.room.history(name, at(-86_400), at(to_s), scope=asked.pop("scope"), limit=1_000, **asked)
        return [
            (
                "up" if one.up else "down",
                (one.t0_us - DAY_ZERO_US) / SECOND_US,
                None if one.t1_us is None else (one.t1_us - DAY_ZERO_US) / SECOND_US,
                [cause.text for cause in one.causes],
            )
            for one in reversed(found)
        ]

    def events(self) -> list[tuple[str, str, float]]:
        """(kind, connection, since when) of the event log, in the order of knowledge."""
        with self.database.read() as reading:
            rows = reading.connection.execute(event_log.select().order_by(event_log.c.known, event_log.c.n)).mappings()
            bodies = [row["body"] for row in rows]
        return [(body["kind"], body["source"], (body["at_us"] - DAY_ZERO_US) / SECOND_US) for body in bodies]
