"""A small line on its real rooms, in whose past everybody meddles: late samples, texts that name jobs, people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from counting_plant import PLANT, Plant, at, plant_on, when

from dovetail.books.rollups import rollup_job, rollup_rows
from dovetail.core.bus import Bus
from dovetail.core.errors import DovetailError
from dovetail.counting.pieces import KINDS
from dovetail.db.uow import Database
from dovetail.ledger.columns import STORED_NAMES, sum_slices
from dovetail.ledger.model import Slice
from dovetail.operations.operation import execute
from dovetail.performance import store
from dovetail.performance.facts import EVER_US, Gathering
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

COLA = "cola: {name: Cola, rates_upm: {acme/line/filler: 120}"
JOB = "job: {at_once: 2"
CODE = (
    PLANT
    .replace("total: {tag: total, modulus: 65536, max_rate_upm: 200}", "total: {tag: total, unit: case}")
    .replace(COLA, COLA + ", units: {case: 12}")
    .replace('scrap: {connection: plc, address: "ns=2;s=Scrap", kind: u64}',
             'scrap: {connection: plc, address: "ns=2;s=Scrap", kind: u64}\n'
             '      recipe: {connection: plc, address: "ns=2;s=Recipe", kind: str}')
    .replace(JOB, JOB + ", text_tag: recipe, ends: ['']")
)  # fmt: skip
CHANGES: Mapping[str, tuple[str, str]] = {
    "nothing": ("", ""),
    "rate": ("acme/line/filler: 120", "acme/line/filler: 90"),
    "own rate": ("standard_rate_upm: 100", "standard_rate_upm: 70"),
    "cases of ten": ("case: 12", "case: 10"),
    "one job": (JOB, "job: {at_once: 1"),
    "texts": ("ends: ['']", "ends: ['', '0'], products: {'17': water}"),
    "a jam is set-up": ("category: failure", "category: setup"),
    "summed": ("constraint: filler}", "constraint: filler, line: aggregate}"),
    "later shift": ('start: "06:00"', 'start: "06:20"'),
}
PERIOD = (at(0), at(60))


@dataclass
class Life:
    """The line after an hour; whatever is done from then on lies in its past. What is refused is refused."""

    plant: Plant
    seen: dict[int, Any] = field(default_factory=dict[int, Any])
    done: int = 0

    def work(self) -> None:
        rooms = self.plant.rooms
        while rooms.production.step(500) or rooms.states.step() or rooms.performance.step():
            pass

    def act(self, what: tuple[Any, ...], *, work: bool) -> None:
        self.plant.clock.tick(1_000_000)
        with suppress(DovetailError):
            ACTS[what[0]](self, *what[1:])
            self.done += 1
        for _ in range(work):
            self.work()
            self.seen[self.known()] = self.told()

    def do(self, name: str, **given: Any) -> Any:
        rooms = self.plant.rooms
        every = (
            *rooms.counting.operations, *rooms.production.operations, *rooms.dispatch.operations,
            *rooms.timeline.operations.all, *rooms.calendar_editing.operations, *rooms.restating.operations,
        )  # fmt: skip
        operation = next(one for one in every if one.name == name)
        found = operation.input.model_validate(given)
        return execute(
            operation, found, database=self.plant.database, scope=self.plant.everyone, reason="we looked"
        ).output

    def known(self) -> int:
        with self.plant.database.read() as reading:
            return reading.known_now()

    @property
    def units(self) -> tuple[int, ...]:
        return self.plant.filler, self.plant.table, self.plant.line

    def told(self, as_of: int | None = None) -> Any:
        """What pages show of that hour, as known at a moment."""
        room = self.plant.rooms.performance
        scope = self.plant.everyone
        acme = self.plant.rooms.equipment.plant().by_path("acme").id
        slices = [
            {name: said for name, said in asdict(one).items() if not name.startswith("known")}
            for one in room.slices(self.plant.filler, *PERIOD, scope=scope, as_of=as_of)
        ]
        pages = [room.kpis(node, *PERIOD, scope=scope, as_of=as_of) for node in (*self.units, acme)]
        return slices, [(one.figures.model_dump(), one.settings, one.leaves) for one in pages]


def _edit(life: Life, start: int, lasts: int, **said: Any) -> None:
    life.do("timeline.edit", equipment_id=life.plant.filler, start=when(start), end=when(start + lasts), **said)


def _enter(life: Life, start: int, lasts: int, **said: Any) -> None:
    who = life.plant.filler if said.pop("filler") else life.plant.table
    life.do("count.enter", equipment_id=who, start=when(start), end=when(start + lasts), **said)


def _job(life: Life, start: int, lasts: int, product: str) -> None:
    given = {"started_at": when(start), "ended_at": when(start + lasts), "beside": True}
    life.do("job.start", equipment_id=life.plant.filler, product=product, **given)


def _apply(life: Life, change: str) -> None:
    life.plant.rooms.equipment.apply({"plant.yaml": CODE.replace(*CHANGES[change]).encode()}, scope=life.plant.everyone)


def _restate(life: Life, start: int, lasts: int) -> None:
    life.do("restatement.make", start=when(start), end=when(start + lasts))


def _exception(life: Life, **said: Any) -> None:
    life.do("calendar.put_exception", calendar="day", date="2026-01-05", exception=said)


ACTS: Mapping[str, Callable[..., None]] = {
    "sample": lambda life, name, minute, value: life.plant.send([(name, minute, value)]),
    "order": lambda life: life.do("job_order.plan", equipment_id=life.plant.line, job_order="PO-1", product="cola"),
    "job": _job,
    "enter": lambda life, start, lasts, said: _enter(life, start, lasts, **said),
    "edit": lambda life, start, lasts, said: _edit(life, start, lasts, **said),
    "exception": lambda life, said: _exception(life, **said),
    "apply": _apply,
    "restate": _restate,
}


@contextmanager
def lived() -> Iterator[Life]:
    """An hour: cola till half past, water then; runs and stops; cases counted every ten minutes; the table manned."""
    with TemporaryDirectory() as folder:
        clock, bus = ManualClock(DAY_ZERO_US), Bus()
        database = Database(f"sqlite:///{Path(folder) / 'records.db'}", clock=clock, bus=bus)
        database.create_for_tests()
        with plant_on(database, Path(folder), clock, bus, text=CODE) as plant:
            plant.now(61)
            rows: list[tuple[str, float, Any]] = [
                ("state", 0, 6),
                ("scrap", 0, 0),
                ("manned", 0, 1),
                ("recipe", 1, "cola"),
            ]
            rows += [("total", m, 100 + m) for m in range(0, 61, 10)]
            rows += [("recipe", 1, "cola"), ("state", 20, 11), ("state", 25, 6), ("recipe", 30, "water")]
            rows += [("scrap", 40, 7), ("manned", 50, 0)]
            plant.send([*sorted(rows, key=lambda row: row[1]), ("state", 60.5, 4), ("manned", 60.5, 1)], mark=61)
            life = Life(plant)
            life.work()
            life.seen[life.known()] = life.told()
            yield life
        database.close()


def held(life: Life, unit: int) -> list[Slice]:
    with life.plant.database.read() as reading:
        return [piece for _, piece in store.overlapping(reading, unit, 0, EVER_US)]


def balances(life: Life, unit: int) -> None:
    """The slices held tile their time, are what one cut of all facts gives, and rollups and counts add up."""
    room, kept = life.plant.rooms.performance, held(life, unit)
    assert all(one.t1_us == two.t0_us for one, two in pairwise(kept))
    gathering = Gathering(room.sources, room.gathering.settings)
    with life.plant.database.read() as reading:
        anew = gathering.derive(reading, unit, kept[0].t0_us, kept[-1].t1_us)
        rows = rollup_rows(reading, unit, rollup_job)
        counted = gathering.counts(reading, unit, 0, EVER_US, as_of=None)
    assert anew == kept
    assert {name: sum(row[name] for row in rows) for name in STORED_NAMES} == {
        name: value for name, value in sum_slices(kept).items() if name in STORED_NAMES
    }
    sums = room.sums(unit, at(-24 * 60), at(24 * 60), scope=life.plant.everyone)
    assert {kind: sums[kind] for kind in KINDS} == {
        kind: sum(one.quantity for one in counted if one.kind == kind) for kind in KINDS
    }
