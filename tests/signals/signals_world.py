"""A plant with signals of every kind, a historian that holds some samples of them, and the routes asked by somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fastapi.testclient import TestClient

from asking import client_of
from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.equipment.model import Connection, Equipment, PlantModel, ScanClass, Tag
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.operations.http import Api
from dovetail.signals import api as signals_api
from dovetail.signals import moments_api, samples_api
from dovetail.signals.service import SignalsRoom
from dovetail.testing.clock import DAY_ZERO_US


def at(seconds: float) -> int:
    return DAY_ZERO_US + round(seconds * SECOND_US)


def node(n: int, path: str, parent: int | None, **more: Any) -> Equipment:
    """A node of the tree; its name is the last part of its path."""
    given = {
        "level": "WorkUnit", "class_name": None, "timezone": "UTC", "calendar": None, "standard_rate_upm": None,
        "flow": (), "constraint": None, "outfeed": None, "states": None, "counters": {}, "job": None, "parameters": {},
    }  # fmt: skip
    return Equipment(id=n, path=path, name=path.rpartition("/")[2], parent_id=parent, **(given | more))


ALL = [
    Tag(1, "acme/filler.speed", 1, "speed", "plc1", "ns=2;s=Speed", Kind.F64, "m/s", 0.1, 2.0, 0.5, "fast"),
    Tag(2, "acme/filler.temp10", 1, "temp10", "plc1", "ns=2;s=T10", Kind.F64),
    Tag(3, "acme/filler.temp9", 1, "temp9", "plc1", "ns=2;s=T9", Kind.F64),
    Tag(4, "acme/filler.rezeptür", 1, "rezeptür", "plc2", "40001", Kind.STR),
    Tag(5, "acme/filler.job", 1, "job", None, None, Kind.STR),
    Tag(6, "acme/capper.speed", 2, "speed", "plc2", "40010", Kind.I64),
    Tag(7, "acme/capper.jam", 2, "jam", "plc2", "00010", Kind.BOOL),
    Tag(101, "plc1.good_through", None, "good_through", None, None, Kind.I64),
]
PLANT = PlantModel(
    version=1,
    equipment=[node(1, "acme/filler", None), node(2, "acme/capper", None)],
    tags=ALL,
    connections=[Connection("plc1", "opcua", {}, "auto", 101, 102), Connection("plc2", "modbus", {}, "auto", 103, 104)],
    scan_classes=[ScanClass("fast", "poll", 100)],
)
STROKE = Named(1, "acme/press.stroke", "mm", Kind.F64)
EVERYBODY = Scope(actor=Actor(id="p1", name="Ada"), everything=True)
FILLER_ONLY = Scope(actor=Actor(id="p2", name="Eve"), at={"plant.view": frozenset({1})})


def frame(seq: int, *batches: Batch) -> Frame:
    return Frame("edge", Lane.LIVE, 1, seq, tuple(batches))


def heard(historian: Historian) -> None:
    """Every kind of news, and tag 5 of which nothing was ever heard."""
    numbers = Batch.of(
        Kind.F64, [(1, at(5), 1.5, q.GOOD), (2, at(3), -4.0, q.UNCERTAIN_RANGE), (3, at(4), 900.0, q.GOOD)]
    )
    historian.put([
        frame(1, numbers),
        frame(2, Batch.of(Kind.STR, [(4, at(2), "Cola 2", q.GOOD)])),
        frame(3, Batch.of(Kind.I64, [(6, at(1), 12, q.GOOD)])),
        frame(4, Batch.bad([7], q.BAD_CONFIG, at_us=at(6), kind=Kind.BOOL, native=2)),
    ])  # fmt: skip


def named(plant: PlantModel, word: str) -> Named | None:
    tag = {str(one.id): one for one in plant.tags.values()}.get(word)
    return tag and Named(tag.id, tag.path, tag.unit, tag.kind)


def asked_by(scope: Scope, database: Database, historian: Historian, plant: Callable[[], PlantModel]) -> TestClient:
    """The routes of the room, as somebody asks them."""
    declared = Api(database)
    signals_api.routes(declared, SignalsRoom(plant=plant, historian=historian))
    samples_api.routes(declared, historian, named=dict.fromkeys(("1", "acme/press.stroke"), STROKE).get)
    moments_api.routes(declared, historian, named=lambda word: named(plant(), word))
    return client_of(scope, declared, base_url="http://plant/api/v1")


def properties(answer: Any) -> list[str]:
    return [one["property"] for one in answer.json()["items"]]


def ids(tags: Iterable[Tag]) -> list[int]:
    return [tag.id for tag in tags]
