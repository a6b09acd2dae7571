"""A plant whose filler and press have spoken for two years: what is kept, what goes, and what can be told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dovetail.clearing.archive import Archives
from dovetail.clearing.service import Keeper
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, from_rfc3339
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import Equipment, PlantModel, Tag
from dovetail.historian.service import Historian
from dovetail.operations.operation import Operation, execute
from dovetail.packing.place import Storage
from dovetail.retention import store
from dovetail.retention.model import Reference
from dovetail.retention.service import RetentionRoom
from dovetail.testing.clock import ManualClock
from dovetail.web.longwork import LongWork

ALL = system_scope("test")
GOOD = 0xC0
SPEED, VIBRATION, RECIPE, LIMIT = 1, 2, 3, 4
TAGS = (SPEED, VIBRATION, RECIPE, LIMIT)
EVER = (0, 1 << 62)


def at(text: str) -> int:
    return from_rfc3339(f"{text}T00:00:00Z")


def node(number: int, path: str, level: str, parent: int | None, class_name: str | None = None) -> Equipment:
    return Equipment(
        number, path, path, level, parent, class_name, "UTC", None, None, (), None, None, None, {}, None, {}
    )  # fmt: skip


PLANT = PlantModel(
    equipment=[
        node(1, "acme", "Enterprise", None),
        node(2, "acme/filler", "WorkUnit", 1),
        node(3, "acme/press", "WorkUnit", 1, "press"),
    ],
    tags=[
        Tag(SPEED, "acme/filler.speed", 2, "speed", "plc", "1", Kind.F64),
        Tag(VIBRATION, "acme/filler.vibration_x", 2, "vibration_x", "plc", "2", Kind.F64, scan="fast"),
        Tag(RECIPE, "acme/filler.recipe", 2, "recipe", "plc", "3", Kind.STR),
        Tag(LIMIT, "acme/press.limit", 3, "limit", "plc", "4", Kind.F64),
    ],
)


class World:
    """Everything is opened again by `restart`, as after a kill."""

    def __init__(self, database: Database, storage: Callable[[], Storage], clock: ManualClock, archive: Path) -> None:
        self.database, self.storage, self.clock = database, storage, clock
        self.plant = PLANT
        self.archive: Path | None = archive
        self.signed: list[Reference] = []
        self.room_left = [1 << 40]  # what is answered, one after the other; the last one for ever
        self.seq = 0
        self._open()

    def _open(self) -> None:
        self.historian = Historian(
            self.storage(), clock=self.clock, bus=Bus(), owner_of=lambda tag: self.plant.owner_of(tag)
        )
        self.room = RetentionRoom(
            self.database, self.historian, plant=lambda: self.plant, clock=self.clock, references=[self._signed]
        )
        self.work = LongWork(self.clock)
        archives = Archives(self.archive, self.historian, equipment=lambda: self.plant, clock=self.clock)
        self.keeper = Keeper(self.room, self.work, archives=archives, room_left=self._room_left)

    def _room_left(self) -> int:
        return self.room_left.pop(0) if self.room_left[1:] else self.room_left[0]

    def _signed(self, _reading: Reading) -> Sequence[Reference]:
        return self.signed

    def restart(self) -> None:
        """The process is gone, and another begins."""
        self.historian._head._place.close()
        self.historian._months.close()
        self.historian.storage.close()
        self._open()

    def close(self) -> None:
        self.historian.close()

    # --- the past ---------------------------------------------------------------------------------------------
    def send(self, tag: int, moments: Sequence[int], *, kind: Kind = Kind.F64) -> None:
        """One frame of a tag, sealed."""
        value: Callable[[int], Any] = {Kind.F64: lambda ts: (ts // HOUR_US) % 50 / 2, Kind.STR: lambda ts: f"r{ts}"}[
            kind
        ]
        self.seq += 1
        rows = [(tag, ts, value(ts), GOOD) for ts in moments]
        self.historian.put([Frame("edge", Lane.LIVE, 1, self.seq, (Batch.of(kind, rows),))])
        while self.historian.seal_once():
            pass

    def live(self, first: str = "2024-01-01", last: str = "2024-03-31") -> None:
        """A sample every six hours of two signals, the recipe once a day, the limit once for ever."""
        hours = range(at(first), at(last) + DAY_US, 6 * HOUR_US)
        for tag in (SPEED, VIBRATION):
            self.send(tag, hours)
        self.send(RECIPE, range(at(first), at(last) + DAY_US, DAY_US), kind=Kind.STR)
        self.send(LIMIT, [at(first)])
        for tag in (SPEED, VIBRATION):
            self.send(tag, [at("2025-01-01") + 6 * HOUR_US, self.clock.now_us() - HOUR_US])

    # --- what a test asks -------------------------------------------------------------------------------------
    def rule(self, days_ago: float = 30, **bodies: Any) -> None:
        """Rules by equipment (`acme__filler`), valid for a while."""
        said = {path.replace("__", "/"): body for path, body in bodies.items()}
        with self.database.write(ALL.actor) as uow:
            store.put_rules(uow, said, valid_from_us=self.clock.now_us() - int(days_ago * DAY_US))

    def do(self, operation: Operation[Any, Any], reason: str = "case 7", **given: Any) -> Any:
        asked = operation.input.model_validate(given)
        return execute(operation, asked, database=self.database, scope=ALL, reason=reason).output

    def clear(self) -> None:
        """Until there is nothing more to do."""
        while self.keeper.step():
            pass

    def held(self, *tags: int) -> dict[int, int]:
        """How many samples of each tag can be read."""
        return {tag: len(self.moments(tag)) for tag in tags or TAGS}

    def moments(self, tag: int) -> list[int]:
        """When a tag has samples."""
        return [int(ts) for batch in self.historian.raw([tag], *EVER, scope=ALL) for ts in batch.ts]

    def gone(self, tag: int) -> int:
        """How many samples of a tag are known to have gone."""
        return sum(one.n for one in self.room.gone.of(tag, *EVER))

    def sent_of(self, tag: int) -> int:
        """How many samples of a tag a life brings."""
        return {SPEED: 91 * 4 + 2, VIBRATION: 91 * 4 + 2, RECIPE: 91, LIMIT: 1}[tag]

    def sent(self) -> int:
        """How many samples the account says were kept when they came."""
        (account,) = self.historian.delivery()
        assert account.expected == account.stored + account.duplicate + account.refused + account.gap
        return account.stored
