"""A site with all that touches its samples, and what may happen to it; beside it the plain list it is held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import plain_samples as plain
from dovetail.clearing.archive import Archives
from dovetail.clearing.bringing import SOURCE, BringBack
from dovetail.clearing.service import Keeper
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, to_rfc3339
from dovetail.core.scope import system_scope
from dovetail.corrections.index import CorrectionIndex
from dovetail.corrections.service import CorrectionsRoom
from dovetail.equipment.model import Equipment, PlantModel, Tag
from dovetail.gone.model import Stretch
from dovetail.historian.service import Historian
from dovetail.operations.operation import execute
from dovetail.recaps.service import RecapsRoom, Sources
from dovetail.retention import store as rules
from dovetail.retention.service import RetentionRoom
from dovetail.testing.clock import ManualClock
from dovetail.web.longwork import LongWork
from plain_samples import CHANGED, PlainSamples, Row, Said
from plug import PlugPulledError, plug
from records_places import FileRecords, Records
from samples_stores import Store

ALL: Final = system_scope("test")
SPEED, FORCE, ODD, NOTE = 1, 2, 3, 4
TAGS: Final = (SPEED, FORCE, ODD, NOTE, CHANGED)
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
        Tag(CHANGED, "acme/press.changed", 3, "changed", None, None, Kind.I64),
    ],
)


class _NoJobs:
    def responses(self, *_: object, **__: object) -> list[Any]:
        return []


def batches_of(rows: Sequence[Row]) -> tuple[Batch, ...]:
    """A batch per kind, each in the order in which its samples were read."""
    by_kind: dict[Kind, list[Row]] = {}
    for row in rows:
        by_kind.setdefault(kind_of_row(row), []).append(row)
    return tuple(Batch.of(kind, some) for kind, some in by_kind.items())


def kind_of_row(row: Row) -> Kind:
    """As its tag's device sends it: one of them changed the type of what it sends."""
    if row[0] == CHANGED:
        return plain.kind_of(row[2])
    return PLANT.tags[row[0]].kind if row[0] in TAGS else Kind.F64


def is_kept(row: Row) -> bool:
    """Whether a plant can mean it: a tag that there is, a time between 1990 and tomorrow."""
    return row[0] in TAGS and 631_152_000_000_000 <= row[1] < 4_000_000_000_000_000


class Life:
    """What happens, step by step. Samples and records each lie somewhere, the same ones for each process."""

    def __init__(self, folder: Path, store: Store, records: Records | None = None) -> None:
        self.folder, self.store = folder, store
        self._records = records or FileRecords(folder / "records.db")
        self._moments = 0
        self.aggregated = 0  # how many of the questions for aggregates were asked so far: they take turns
        self.clock = ManualClock(MONTH_ENDS_US + DAY_US + 6 * HOUR_US)
        self.plain = PlainSamples()
        self.frames: list[Frame] = []
        self._saying: Said | None = None  # and not yet known to be kept
        self._heard: set[tuple[str, int]] = set()  # of what went, and of what is filed
        self._torn = False  # whether a sealing was cut off
        self._open()
        with self.database.write(ALL.actor) as uow:
            rules.put_rules(uow, KEPT, valid_from_us=self.clock.now_us() - 30 * DAY_US)

    def _open(self) -> None:
        bus, self._index = Bus(), CorrectionIndex()
        self.database = self._records.open(self.clock, bus)
        self.historian = Historian(
            self.store.open(), clock=self.clock, bus=bus, owner_of=PLANT.owner_of, is_tag=TAGS.__contains__,
            corrections=self._index,
        )  # fmt: skip
        self._put, self.historian.put = self.historian.put, self._watched  # type: ignore[method-assign]  # who comes in
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
        rows = [self._moved(row) for row in rows]
        frame = Frame("edge", lane, 1, len(self.frames) + 1, batches_of(rows))
        self.frames.append(frame)
        kept = [row for batch in frame.batches for row in batch.rows() if is_kept(row)]
        self.plain.put(kept, way=("edge", lane.value), refused=len(rows) - len(kept))
        self.historian.put([frame])

    def _moved(self, row: Row) -> Row:
        """BAD without a value takes the kind its tag has by then: at a moment of its own that makes no difference."""
        if row[0] != CHANGED or row[2] is not None:
            return row
        self._moments += 1
        return (CHANGED, MONTH_ENDS_US + 2 * HOUR_US + self._moments, None, row[3])

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
        if self.clock.now_us() < MONTH_ENDS_US + 1_500 * DAY_US:  # what goes on is not summed up over more than 2,000
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
        """What the records say is filed, has gone or has come back is what the list files and lets go of."""
        with self.database.read() as reading:
            filed, drops = rules.archives(reading), [one for one in rules.drops(reading) if one.is_done]
        for archive in filed:
            if self._is_new("archive", archive.id):
                rows = [self.plain.inside(one.tag, one.t0, one.t1) for one in archive.of]
                assert [len(some) for some in rows] == [one.n for one in archive.of]
                self.plain.file([row for some in rows for row in some])
        for drop in drops:
            for one in drop.of if self._is_new("drop", drop.id) else ():
                (self._returned if drop.act == "return" else self._let_go)(one)

    def _is_new(self, what: str, number: int) -> bool:
        is_new = (what, number) not in self._heard
        self._heard.add((what, number))
        return is_new

    def _let_go(self, one: Stretch) -> list[Row]:
        """So many of a stretch went. What is held of it did not, nor what lies in one chunk with that."""
        going = self.plain.inside(one.tag, one.t0, one.t1)
        held = self._held(one.tag)
        if held:
            left = self.historian.raw((one.tag,), one.t0, one.t1 + 1, scope=ALL, as_of=0)
            there = {plain.shown(row) for batch in left for row in batch.rows()}
            going = [row for row in going if plain.shown(row) not in there]
            assert not [row for row in going for from_us, to_us in held if from_us <= row[1] < to_us]
        assert len(going) == one.n
        self.plain.let_go(going)
        return going

    # --- what archives hold -----------------------------------------------------------------------------------------
    def bring(self) -> None:
        """All archives are read again; what of them had gone is there once more, and held."""
        folder = self.folder / "archive"
        if self.plain.filed:
            asked = BringBack(path=str(folder))
            execute(self.keeper.bringing.bring, asked, database=self.database, scope=ALL, reason="a court asks")
            while self.keeper.bringing.step():
                pass
            self._hear()

    def _watched(self, frames: Sequence[Frame]) -> None:
        """What comes out of archives is what went into them."""
        self._put(frames)
        for frame in frames:
            if frame.source == SOURCE:
                rows = [row for batch in frame.batches for row in batch.rows()]
                shown = [plain.shown(row) for row in rows]
                assert shown in [[plain.shown(row) for row in filed] for filed in self.plain.filed]
                self.plain.put(rows, way=(SOURCE, frame.lane.value))

    def _held(self, tag: int) -> list[tuple[int, int]]:
        with self.database.read() as reading:
            found = self.retention.holds.references(reading)
        return [(one.from_us, one.to_us) for one in found if tag in one.tags]

    def _returned(self, one: Stretch) -> None:
        self.plain.went[one.tag] -= one.n

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
