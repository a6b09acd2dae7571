"""A plant of three machines whose signals are exported, and somebody who may see two of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import Actor, Scope
from dovetail.db.uow import Database
from dovetail.exports.service import ExportsRoom
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
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


def room_in(folder: Path, database: Database, historian: Historian, bus: Bus, rights: Rights) -> ExportsRoom:
    """The exports of that plant, all of it in Prague."""
    return ExportsRoom(
        database, folder, historian=historian, work=LongWork(database.clock), bus=bus, named=BY_WORD.get,
        node_of=OWNER.get, zone_of=lambda _tag: "Europe/Prague", scope_of=rights,
    )  # fmt: skip
