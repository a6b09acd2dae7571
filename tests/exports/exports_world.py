"""A plant of three machines whose signals are exported, and somebody who may see two of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import Equipment, PlantModel, Tag
from dovetail.exports.files import Sources
from dovetail.exports.service import ExportsRoom
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.production.model import JobResponse
from dovetail.recaps.service import RecapsRoom
from dovetail.recaps.service import Sources as Occasions
from dovetail.testing.clock import DAY_ZERO_US
from dovetail.web.longwork import LongWork

GOOD, BAD = 0xC0, 0x08
T = DAY_ZERO_US - 3_600 * SECOND_US
OWNER = {1: 1, 2: 1, 3: 2, 4: 3}
TAGS = [
    Named(1, "acme/press.stroke", "mm", Kind.F64),
    Named(2, "acme/press.recipe", None, Kind.STR),
    Named(3, "acme/oven.on", "1", Kind.BOOL),
    Named(4, "acme/safe.code", None, Kind.I64),
]
BY_WORD = {word: tag for tag in TAGS for word in (str(tag.id), tag.path)}
ADA, EVE = Actor("p1", "Ada"), Actor("p2", "Eve")


def seeing(actor: Actor, *nodes: int) -> Scope:
    """Who sees these machines."""
    return Scope(actor=actor, at={"plant.view": frozenset(nodes)})


def filled(historian: Historian) -> None:
    """A number that is bad for a while, a text, a truth."""
    numbers = Batch.of(
        Kind.F64, [(1, T, 1.5, GOOD), (1, T + 25, -2.0, GOOD), (1, T + 40, None, BAD), (1, T + 70, 9.0, GOOD)]
    )
    texts = Batch.of(Kind.STR, [(2, T - 5, "=1+1", GOOD), (2, T + 30, "red", 0x40)])
    truth = Batch.of(Kind.BOOL, [(3, T + 10, True, GOOD)])
    codes = Batch.of(Kind.I64, [(4, T, 1234, GOOD)])
    historian.put([Frame("edge", Lane.LIVE, 1, 1, (_spread(numbers), _spread(texts), _spread(truth), _spread(codes)))])


def _spread(batch: Batch) -> Batch:
    """Written above as seconds after T."""
    ts = T + (batch.ts - T) * SECOND_US
    return Batch(batch.kind, batch.tag, ts, batch.value, batch.valid, batch.quality)


class Rights:
    """What people may see; a test takes it away, or holds up whoever asks."""

    def __init__(self) -> None:
        self.of: Callable[[Actor], Scope] = lambda actor: seeing(actor, 1, 2)
        self.open = threading.Event()
        self.open.set()
        self.asked = threading.Event()

    def __call__(self, actor: Actor) -> Scope:
        self.asked.set()
        assert self.open.wait(30)
        return self.of(actor)


def node(n: int, path: str) -> Equipment:
    return Equipment(
        id=n, path=path, name=path.rpartition("/")[2], parent_id=None, level="WorkUnit", class_name=None,
        timezone="Europe/Prague", calendar=None, standard_rate_upm=None, flow=(), constraint=None, outfeed=None,
        states=None, counters={}, job=None, parameters={},
    )  # fmt: skip


PLANT = PlantModel(
    version=1,
    equipment=[node(1, "acme/press"), node(2, "acme/oven"), node(3, "acme/safe")],
    tags=[
        Tag(tag.id, tag.path, OWNER[tag.id], tag.path.rpartition(".")[2], None, None, tag.kind or Kind.F64, tag.unit)
        for tag in TAGS
    ],
    connections=[],
)
JOBS = [  # of the press: half a minute, and the next goes on
    JobResponse(
        name, 1, f"PO-{name}", "lid", f"L{name}", T + begin * SECOND_US, ends and T + ends * SECOND_US, None, "early",
        known_from=1, known_to=None, run_id=name, run_equipment_id=1, started_by="person", ended_by=None,
    )
    for name, begin, ends in (("a", 0, 30), ("b", 30, None))
]  # fmt: skip


class Jobs:
    """What ran on the press."""

    def responses(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[JobResponse]:
        return [one for one in JOBS if one.equipment_id == equipment_id and one.t0_us < to_us]


def room_in(folder: Path, database: Database, historian: Historian, bus: Bus, rights: Rights) -> ExportsRoom:
    """The exports of that plant, all of it in Prague."""
    happened = Occasions(Jobs(), lambda _unit, _from, _to: (), lambda _unit, _from, _to, _scope: ())
    recaps = RecapsRoom(database, historian=historian, plant=lambda: PLANT, sources=happened, clock=database.clock)
    return ExportsRoom(
        database, folder, sources=Sources(historian, recaps), work=LongWork(database.clock), bus=bus, named=BY_WORD.get,
        node_of=OWNER.get, zone_of=lambda _tag: "Europe/Prague", scope_of=rights,
    )  # fmt: skip
