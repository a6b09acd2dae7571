"""An oven that bakes lots, what ran on it, and the routes asked by somebody. Minutes after day zero."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastapi.testclient import TestClient

from asking import client_of
from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import MINUTE_US
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import Connection, Equipment, PlantModel, Tag
from dovetail.forms.model import Named
from dovetail.gone.told import GoneOf, nothing
from dovetail.historian.service import Historian
from dovetail.operations.http import Api
from dovetail.production.model import JobResponse
from dovetail.recaps import api as recaps_api
from dovetail.recaps.service import RecapsRoom, Sources
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

TEMP, DOOR, RECIPE, HIDDEN, INNER, MARK = 1, 2, 3, 4, 5, 9
EVERYBODY = Scope(actor=Actor(id="p1", name="Ada"), everything=True)
OVEN_ONLY = Scope(actor=Actor(id="p2", name="Eve"), at={"plant.view": frozenset({1})})


def at(minutes: float) -> int:
    return DAY_ZERO_US + round(minutes * MINUTE_US)


def node(n: int, path: str) -> Equipment:
    return Equipment(
        id=n, path=path, name=path.rpartition("/")[2], parent_id=None, level="WorkUnit", class_name=None,
        timezone="UTC", calendar=None, standard_rate_upm=None, flow=(), constraint=None, outfeed=None, states=None,
        counters={}, job=None, parameters={},
    )  # fmt: skip


PLANT = PlantModel(
    version=1,
    equipment=[node(1, "acme/oven"), node(2, "acme/press")],
    tags=[
        Tag(TEMP, "acme/oven.temp", 1, "temp", "plc", "40001", Kind.F64, "Cel"),
        Tag(DOOR, "acme/oven.door", 1, "door", "plc", "00001", Kind.BOOL),
        Tag(RECIPE, "acme/oven.recipe", 1, "recipe", "plc", "40010", Kind.STR),
        Tag(HIDDEN, "acme/press.force", 2, "force", "plc", "40020", Kind.F64),
        Tag(INNER, "acme/oven.job_count", 1, "job_count", None, None, Kind.I64),
        Tag(MARK, "plc.good_through", None, "good_through", None, None, Kind.I64),
    ],
    connections=[Connection("plc", "modbus", {}, "auto", MARK, 10)],
)


def job(name: str, start: float, end: float | None, *, lot: str | None = None, unit: int = 1) -> JobResponse:
    return JobResponse(
        name, unit, f"PO-{name}", "bread", lot, at(start), None if end is None else at(end), None, "early",
        known_from=1, known_to=None, run_id=name, run_equipment_id=unit, started_by="person", ended_by=None,
    )  # fmt: skip


@dataclass(frozen=True)
class Shift:
    id: str
    name: str
    t0_us: int
    t1_us: int
    crew: str | None


@dataclass(frozen=True)
class Stop:
    equipment_id: int
    t0_us: int
    t1_us: int | None
    state: str
    reason: str | None


@dataclass
class Happened:
    """What the rooms beside this one would tell."""

    jobs: list[JobResponse] = field(default_factory=list[JobResponse])
    shifts: list[Shift] = field(default_factory=list[Shift])
    stops: list[Stop] = field(default_factory=list[Stop])

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[JobResponse]:
        known = [one for one in self.jobs if as_of is None or one.known_from <= as_of]
        return [one for one in known if one.t0_us < to_us and (one.t1_us is None or one.t1_us > from_us)]

    def sources(self) -> Sources:
        return Sources(self, lambda _unit, _from, _to: self.shifts, lambda _unit, _from, _to, _scope: self.stops)


def put(historian: Historian, seq: int, kind: Kind, rows: list[tuple[int, float, Any, int]], *, through: float) -> None:
    """Samples by minute, and up to when the link says that what it held is true."""
    batch = Batch.of(kind, [(tag, at(minute), value, quality) for tag, minute, value, quality in rows])
    historian.put([Frame("edge", Lane.LIVE, 1, seq, (batch,), {MARK: at(through)})])


def baked(historian: Historian) -> None:
    """180 °C from 0, 200 from 10, nothing from 20 to 25, 220 (uncertain) from 25, 200 from 40; the door opens at 30."""
    temps = [(0, 180.0, q.GOOD), (10, 200.0, q.GOOD), (25, 220.0, q.UNCERTAIN), (40, 200.0, q.GOOD)]
    put(historian, 1, Kind.F64, [(TEMP, minute, value, quality) for minute, value, quality in temps], through=1)
    historian.put([Frame("edge", Lane.LIVE, 1, 2, (Batch.bad([TEMP], q.BAD_COMM, at_us=at(20), kind=Kind.F64),))])
    put(
        historian,
        3,
        Kind.BOOL,
        [(DOOR, 0, False, q.GOOD), (DOOR, 30, True, q.GOOD), (DOOR, 33, False, q.GOOD)],
        through=2,
    )
    put(historian, 4, Kind.STR, [(RECIPE, 0, "rye", q.GOOD), (RECIPE, 10, "oat", q.GOOD)], through=50)


def named(word: str) -> Named | None:
    tag = {str(one.id): one for one in PLANT.tags.values()} | {one.path: one for one in PLANT.tags.values()}
    found = tag.get(word)
    return found and Named(found.id, found.path, found.unit, found.kind)


def room_of(
    historian: Historian, database: Database, clock: ManualClock, happened: Happened, *, gone: GoneOf = nothing
) -> RecapsRoom:
    sources = happened.sources()
    return RecapsRoom(database, historian=historian, plant=lambda: PLANT, sources=sources, clock=clock, gone=gone)


def asked_by(scope: Scope, database: Database, room: RecapsRoom) -> TestClient:
    """The routes of the room, as somebody asks them."""
    declared = Api(database)
    recaps_api.routes(declared, room, named=named)
    return client_of(scope, declared, base_url="http://plant/api/v1")
