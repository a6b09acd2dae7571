"""A site with all that touches its samples, and what may happen to it; beside it the plain list it is held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

import plain_samples as plain
from dovetail.clearing.archive import Archives
from dovetail.clearing.service import Keeper
from dovetail.copies.model import TagName
from dovetail.copies.target import Copy
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, to_rfc3339
from dovetail.core.scope import system_scope
from dovetail.corrections.index import CorrectionIndex
from dovetail.corrections.service import CorrectionsRoom
from dovetail.db.uow import Database
from dovetail.equipment.model import Equipment, PlantModel, Tag
from dovetail.forwarding.model import Selection
from dovetail.forwarding.reconcile import Reconciler
from dovetail.forwarding.site import Site
from dovetail.historian.service import Historian
from dovetail.operations.operation import execute
from dovetail.recaps.service import RecapsRoom, Sources
from dovetail.retention import store as rules
from dovetail.retention.service import RetentionRoom
from dovetail.testing.clock import ManualClock
from dovetail.web.longwork import LongWork
from plain_samples import PlainSamples, Row, Said
from plug import PlugPulledError, plug
from samples_stores import Store

ALL: Final = system_scope("test")
SPEED, FORCE, ODD, NOTE = 1, 2, 3, 4
TAGS: Final = (SPEED, FORCE, ODD, NOTE)
UNKNOWN: Final = 99
MONTH_ENDS_US: Final = 1_769_904_000_000_000  # January 2026 is over
LANES: Final = (Lane.LIVE, Lane.BACKLOG, Lane.IMPORT)
KEPT: Final = {"acme/filler": {"drop_after": "P95D", "archive_after": "P95D"}}


def _node(number: int, path: str, parent: int | None) -> Equipment:
    return Equipment(
        number, path, path, "WorkUnit", parent, None, "UTC", None, None, (), None, None, None, {}, None, {}
    )  # fmt: skip


PLANT: Final = PlantModel(
    equipment=[_node(1, "acme", None), _node(2, "acme/filler", 1), _node(3, "acme/press", 1)],
    tags=[
        Tag(SPEED, "acme/filler.speed", 2, "speed", None, None, Kind.F64, "1/min"),
        Tag(FORCE, "acme/press.force", 3, "force", None, None, Kind.F64, "kN"),
        Tag(ODD, "acme/filler.odd", 2, "odd", None, None, Kind.F64),
        Tag(NOTE, "acme/press.note", 3, "note", None, None, Kind.STR),
    ],
)


class _NoJobs:
    def responses(self, *_: object, **__: object) -> list[Any]:
        return []


def batches_of(rows: Sequence[Row]) -> tuple[Batch, ...]:
    """A batch per kind, each in the order in which its samples were read."""
    by_kind: dict[Kind, list[Row]] = {}
    for row in rows:
        by_kind.setdefault(PLANT.tags[row[0]].kind if row[0] in TAGS else Kind.F64, []).append(row)
    return tuple(Batch.of(kind, some) for kind, some in by_kind.items())


def is_kept(row: Row) -> bool:
    """Whether a plant can mean it: a tag that there is, a time between 1990 and tomorrow."""
    return row[0] in TAGS and 631_152_000_000_000 <= row[1] < 4_000_000_000_000_000


class Life:
    """What happens, step by step. Its records are in a file of its folder, the same ones for each process."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder, self.store = folder, store
        self._records = folder / "records.db"
        self.clock = ManualClock(MONTH_ENDS_US + DAY_US + 6 * HOUR_US)
        self.plain = PlainSamples()
        self.frames: list[Frame] = []
        self._saying: Said | None = None  # and not yet known to be kept
        self._heard = 0  # of what went
        self._torn = False  # whether a sealing was cut off
        self._open()
        with self.database.write(ALL.actor) as uow:
            rules.put_rules(uow, KEPT, valid_from_us=self.clock.now_us() - 30 * DAY_US)

    def _open(self) -> None:
        bus, self._index = Bus(), CorrectionIndex()
        is_new = not self._records.exists()
        self.database = Database(f"sqlite:///{self._records}", clock=self.clock, bus=bus)
        if is_new:
            self.database.create_for_tests()
        self.historian = Historian(
            self.store.open(), clock=self.clock, bus=bus, owner_of=PLANT.owner_of, is_tag=TAGS.__contains__,
            corrections=self._index,
        )  # fmt: skip
        self.historian.consumer_at("states", 0)
        self.corrections = CorrectionsRoom(
            self.database, self._index, samples=self.historian, plant=lambda: PLANT, bus=bus
        )  # fmt: skip
        self.retention = RetentionRoom(self.database, self.historian, plant=lambda: PLANT, clock=self.clock)
        archives = Archives(self.folder / "archive", self.historian, equipment=lambda: PLANT, clock=self.clock)
        self.keeper = Keeper(self.retention, LongWork(self.clock), archives=archives)
        self.recaps = RecapsRoom(
            self.database, historian=self.historian, plant=lambda: PLANT, clock=self.clock,
            sources=Sources(_NoJobs(), lambda *_: [], lambda *_: []), gone=self.retention.gone.of,
        )  # fmt: skip

    # --- samples --------------------------------------------------------------------------------------------------
    def send(self, rows: list[Row], lane: Lane = Lane.LIVE) -> None:
        frame = Frame("edge", lane, 1, len(self.frames) + 1, batches_of(rows))
        self.frames.append(frame)
        kept = [row for batch in frame.batches for row in batch.rows() if is_kept(row)]
        self.plain.put(kept, lane=lane.value, refused=len(rows) - len(kept))
        self.historian.put([frame])

    def again(self, which: int) -> None:
        """A frame whose acknowledgement was lost is sent again."""
        with suppress(ZeroDivisionError):
            self.historian.put([self.frames[which % len(self.frames)]])

    def seal(self) -> None:
        self.historian.consumer_at("states", self.historian.head_bounds()[1])
        while self.historian.seal_once():
            pass
        self.plain.seal()
        self._torn = False

    def join(self) -> None:
        """What can be put together or summed up is, as far as it is over."""
        while self.historian.compact_once():
            pass

    def pass_time(self, hours: int) -> None:
        self.clock.tick(hours * HOUR_US)

    # --- what people say ------------------------------------------------------------------------------------------
    def say(self, one: Said) -> None:
        operations = self.corrections.operations
        samples = [
            {"ts": to_rfc3339(ts), "value": value, "quality": "bad" if value is None else "good"}
            for ts, value in one.samples
        ]
        given: dict[str, Any] = {"tag_id": one.tag}
        given |= {} if one.what == "insert" else {"start": to_rfc3339(one.from_us), "end": to_rfc3339(one.to_us)}
        given |= {"samples": samples} if samples else {}
        given |= {"value": one.value} if one.value is not None else {}
        given |= {"quality": one.quality} if one.quality is not None else {}
        given |= {"scale": one.scale, "offset": one.offset} if (one.scale, one.offset) != (1.0, 0.0) else {}
        self._do({"delete": operations.delete, "insert": operations.insert}.get(one.what, operations.amend), given, one)

    def undo(self, which: int) -> None:
        standing = [one for one in self.plain.said if one.undone == plain.NOW]
        for one in standing[which % len(standing) :][:1] if standing else ():
            self._do(self.corrections.operations.undo, {"correction_id": one.id}, one)

    def _do(self, operation: Any, given: dict[str, Any], what: Said) -> None:
        self._saying = what
        execute(operation, operation.input.model_validate(given), database=self.database, scope=ALL, reason="fouled")
        self._learn()
        assert self._saying is None

    def _learn(self) -> None:
        """Whether what was being said is kept: who was cut off while saying it looks."""
        ids = {one.id: at for at, one in enumerate(self.plain.said)}
        for one in (one for tag in TAGS for one in self._index.every(tag)):
            if one.id not in ids:
                assert self._saying is not None
                self.plain.say(self._saying, id=one.id, known=one.known)
                self._saying = None
            elif one.undone is not None and self.plain.said[ids[one.id]].undone == plain.NOW:
                self.plain.undo(ids[one.id], known=one.undone.known)
                self._saying = None

    # --- how long they are kept -----------------------------------------------------------------------------------
    def keep(self) -> None:
        """What is due goes, and is known to have gone."""
        self._count_repeats()
        while self.keeper.step():
            pass
        self._hear()

    def _count_repeats(self) -> None:
        """What is in chunks by now, and what of it was a repeat, is known."""
        if self._torn or self.plain.repeats:
            self.seal()

    def _hear(self) -> None:
        """What the records say has gone is what the list lets go of."""
        with self.database.read() as reading:
            drops = [one for one in rules.drops(reading) if one.is_done]
        for drop in drops[self._heard :]:
            for one in drop.of:
                assert self._let_go(one.tag, one.t0, one.t1) == one.n
        self._heard = len(drops)

    def _let_go(self, tag: int, t0: int, t1: int) -> int:
        return self.plain.let_go(tag, t0, t1)

    # --- the end of a process -------------------------------------------------------------------------------------
    def restart(self) -> None:
        self.close()
        self._open()
        self._hear()

    def kill(self) -> None:
        self.store.kill(self.historian)
        self.database.close()
        self._open()
        self._hear()
        self._learn()

    def killed(self, point: str, nth: int, act: Callable[[], None]) -> None:
        """The plug is pulled when a step passes a point for the n-th time, if it does; whoever sent sends again."""
        before = len(self.frames)
        try:
            with plug() as arm:
                arm(point, nth)
                act()
        except PlugPulledError as pulled:
            self._torn = True
            self.kill()
            assert pulled.args != ("operations.committed",) or self._saying is None
            for frame in self.frames[before:]:
                self.historian.put([frame])

    def close(self) -> None:
        self.historian.close()
        self.database.close()


COPIED: Final = (SPEED, FORCE)
EVER: Final = (0, 1 << 62)


class Elsewhere(Protocol):
    """Where a copy lies: opened as often as the site begins anew."""

    def open(self) -> Copy: ...
    def empty(self) -> None: ...
    def rows(self) -> list[Row]:
        """What a reader of the copy finds, by (ts, tag, arrival)."""
        ...


class CopiedLife(Life):
    """A site of which a copy is kept. What its own rules let go stays there."""

    def __init__(self, folder: Path, store: Store, elsewhere: Elsewhere) -> None:
        self.elsewhere = elsewhere
        self.only_there: list[Row] = []
        self.gone: list[tuple[int, int, int]] = []  # tag, first, last
        super().__init__(folder, store)

    def _open(self) -> None:
        super()._open()
        names = tuple(TagName(tag, PLANT.tags[tag].path, "", int(Kind.F64)) for tag in COPIED)
        self.copy = self.elsewhere.open()
        self.reconciler = Reconciler(
            Site(self.historian.chunks, self.corrections.standing, gone=self.retention.gone.of), self.copy,
            lambda: Selection.of(names), clock=self.clock, round_us=MINUTE_US,
        )  # fmt: skip

    def forward(self) -> None:
        """Until the copy is equal: it reads as the site does, of all that is sealed."""
        if self._torn:
            self.seal()
        self.clock.tick(MINUTE_US)
        while self.reconciler.step():
            pass
        there = [row for row in self.elsewhere.rows() if not self._went(row)]
        expected = [row for row in self.expected() if not self._went(row)]
        assert there == expected, [row for row in {*there, *expected} if there.count(row) != expected.count(row)]
        assert {plain.shown(row) for row in self.only_there} <= {plain.shown(row) for row in self.elsewhere.rows()}

    def expected(self) -> list[Row]:
        """What is to be read there of what is here."""
        return plain.between(self.plain.rows(sealed=True), *EVER, *COPIED)

    def _went(self, row: Row) -> bool:
        return any(row[0] == tag and t0 <= row[1] <= t1 for tag, t0, t1 in self.gone)

    def keep(self) -> None:
        """Nothing is let go of here that the copy does not hold."""
        self._count_repeats()
        self.forward()
        super().keep()

    def _let_go(self, tag: int, t0: int, t1: int) -> int:
        sent = [row for row in self.expected() if row[0] == tag and t0 <= row[1] <= t1]
        brought = [row for row in sent if not self._went(row)]  # what came late for time that went is not
        self.only_there += [row for row in brought if not row[3] & plain.SUBSTITUTED]
        self.gone.append((tag, t0, t1))
        return super()._let_go(tag, t0, t1)

    def close(self) -> None:
        self.copy.close()
        super().close()

    def kill(self) -> None:
        self.copy.close()
        super().kill()
