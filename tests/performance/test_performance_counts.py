"""Whatever counters, people and jobs say, in any order: no piece is lost, the books are the same when written anew, and
what was known can still be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from performance_world import FILLER, PLANT, SYSTEM, T0, Job, World, counted, minutes, state

from dovetail.books.rollups import rollup_job, rollup_reason, rollup_rows
from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError
from dovetail.core.scope import Scope, system_scope
from dovetail.counting.model import held_id
from dovetail.counting.pieces import KINDS, begin_us
from dovetail.counting.service import CountingRoom
from dovetail.db.uow import Database, Reading
from dovetail.equipment.model import PlantModel
from dovetail.operations.operation import Catalogue, execute
from dovetail.performance import store
from dovetail.performance.service import PerformanceRoom
from dovetail.states.model import HeldJump, StateRecord
from dovetail.testing.clock import ManualClock
from shortcuts import examples

EVERYONE = system_scope("test")
END = 900  # minutes of the story; the last record is open from here on
TOTAL = replace(PLANT.equipment[FILLER], counters={"total": {"tag": "good"}})
COUNTED = PlantModel(
    equipment=[TOTAL if node.id == FILLER else node for node in PLANT.equipment.values()],
    tags=PLANT.tags.values(),
    connections=PLANT.connections.values(),
)


def at(minute: float) -> int:
    return minutes(minute, None)[0]


@dataclass
class Floor(World):
    """The fakes beneath, with held jumps, and the real counting room over them."""

    jumps: list[tuple[int, list[HeldJump]]] = field(default_factory=list)

    def held(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[HeldJump]:
        seen = [jumps for known, jumps in self.jumps if as_of is None or known <= as_of]
        mine = [one for one in (seen[-1] if seen else []) if one.equipment_id == equipment_id]
        return [one for one in mine if from_us < one.t1_us <= to_us]

    def tell(self, records: Sequence[StateRecord], counts: Sequence[Any], jumps: Sequence[HeldJump]) -> None:
        known = self.say(FILLER, records=records, counts=counts, moved=(at(0), None))
        self.jumps.append((known, list(jumps)))


class Story:
    """One installation to which things happen; each is remembered with what the fold said right after it."""

    def __init__(self, database: Database, clock: ManualClock, bus: Bus) -> None:
        self.database = database
        self.floor = Floor(database, plant_model=COUNTED)
        self.counting = CountingRoom(
            states=self.floor, equipment=self.floor, jobs=self.floor, calendar=self.floor, reasons=dict,
            categories=lambda _at: {}, clock=clock,
        )  # fmt: skip
        sources = replace(self.floor.sources(), counting=self.counting)
        self.room = PerformanceRoom(database, clock=clock, bus=bus, sources=sources)
        self.catalogue = Catalogue(list(self.counting.operations))
        self.told: list[tuple[int, dict[str, int]]] = []
        self.jobs: list[Job] = []
        self.entered: list[int] = []

    def do(self, name: str, body: dict[str, Any]) -> None:
        """An operation; what cannot be is refused, and nothing has changed then."""
        operation = self.catalogue.find(name)
        try:
            done = execute(
                operation, operation.input.model_validate(body), database=self.database, scope=EVERYONE, reason="so"
            )
        except (InvalidError, ConflictError, NotFoundError):
            return
        self.entered += [done.output.model_dump()["entry_id"]] if name == "count.enter" else []

    def happens(self, event: tuple[str, Any]) -> None:
        what, given = event
        act: dict[str, Callable[[Any], None]] = {
            "say": lambda said: self.floor.tell(*said),
            "enter": lambda body: self.do("count.enter", {"equipment_id": FILLER, **self._for_a_job(body)}),
            "withdraw": lambda n: self.do(
                "count.withdraw", {"entry_id": ([*self.entered, 0])[n % len([*self.entered, 0])]}
            ),
            "decide": lambda body: self.do(body[0], {"held_id": self._jump(body[1]), **body[2]}),
            "jobs": self._run,
        }
        act[what](given)
        with self.database.read() as reading:
            self.told.append((reading.known_now(), self.fold(reading)))

    def _for_a_job(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"job_response_id": self.jobs[0].id, **body} if body.pop("for_job") and self.jobs else body

    def _jump(self, n: int) -> str:
        jumps = self.floor.jumps[-1][1] if self.floor.jumps else []
        return held_id(jumps[n % len(jumps)], jumps) if jumps else "4-total-1"

    def _run(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self.floor.say(FILLER, jobs=jobs, moved=(T0, None))

    def fold(self, reading: Reading, *, as_of: int | None = None, to_us: int = 1 << 60) -> dict[str, int]:
        found = self.counting.counts(reading, FILLER, 0, 1 << 60, scope=EVERYONE, as_of=as_of)
        inside = [one for one in found if begin_us(one) < to_us]
        return {kind: sum(one.quantity for one in inside if one.kind == kind) for kind in KINDS}

    def catch_up(self, limit: int) -> None:
        while self.room.step(limit):
            pass

    def books(self) -> tuple[Any, ...]:
        with self.database.read() as reading:
            slices = [piece for _, piece in store.overlapping(reading, FILLER, 0, 1 << 60)]
            rollups = [rollup_rows(reading, FILLER, table) for table in (rollup_job, rollup_reason)]
        return slices, rollups


@contextmanager
def opened() -> Iterator[Story]:
    with TemporaryDirectory() as folder:
        clock, bus = ManualClock(T0 + 24 * HOUR_US), Bus()
        database = Database(f"sqlite:///{Path(folder) / 'records.db'}", clock=clock, bus=bus)
        database.create_for_tests()
        yield Story(database, clock, bus)
        database.close()


MINUTE = st.integers(1, END - 1)
NAMES = st.sampled_from(["Execute", "Held", "NO_DATA", "Idle"])


@st.composite
def said(draw: st.DrawFn) -> tuple[list[StateRecord], list[Any], list[HeldJump]]:
    """What counters and states say of the whole story: derived again, it may be another each time."""
    edges = [0, *sorted(draw(st.sets(MINUTE, max_size=4))), END]
    records = [state(FILLER, at(a), at(b), draw(NAMES)) for a, b in pairwise(edges)]
    records.append(state(FILLER, at(END), None, "Execute"))
    begins = draw(st.lists(st.tuples(MINUTE, st.integers(0, 300), st.booleans()), max_size=4))
    counts = [counted(FILLER, at(m), at(min(m + 40, END)), "good", n, spread=spread) for m, n, spread in begins]
    starts = draw(st.lists(MINUTE, max_size=2, unique=True))
    jumps = [
        HeldJump(FILLER, at(m), at(min(m + 30, END)), "total", 401, 5, 5 + n, n, "jump")
        for m, n in zip(starts, draw(st.lists(st.integers(1, 500), min_size=2, max_size=2)), strict=False)
    ]
    return records, counts, jumps


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """What somebody enters: for a moment or a period, perhaps for a job; not all of it can be."""
    start, length = draw(MINUTE), draw(st.sampled_from([0, 0, 7, 60, 400]))
    amounts = {kind: draw(st.sampled_from([None, None, -20, 3, 50])) for kind in KINDS}
    period = {"end": to_rfc3339(at(min(start + length, END)))}
    period |= {"start": to_rfc3339(at(start))} if length else {}
    return {**{kind: n for kind, n in amounts.items() if n}, **period, "for_job": draw(st.booleans())}


@st.composite
def running(draw: st.DrawFn) -> list[Job]:
    """Up to three jobs, beside each other or not."""
    wanted = draw(st.lists(st.tuples(MINUTE, MINUTE, st.sampled_from([None, 250_000, 500_000])), max_size=3))
    ended = [(m, min(m + length, END), share) for m, length, share in wanted]
    jobs = [Job(f"j{n}", "cola", at(m), at(e), share_ppm=share) for n, (m, e, share) in enumerate(ended) if m < e]
    return sorted(jobs, key=lambda job: job.t0_us)


decisions = st.tuples(
    st.sampled_from(["count.accept_jump", "count.accept_jump", "count.dismiss_jump"]),
    st.integers(0, 1),
    st.sampled_from([{}, {"again": True}]),
) | st.tuples(st.just("count.reopen_jump"), st.integers(0, 1), st.just({}))
events = st.one_of(
    st.tuples(st.just("say"), said()),
    st.tuples(st.just("enter"), entries()),
    st.tuples(st.just("enter"), entries()),
    st.tuples(st.just("withdraw"), st.integers(0, 9)),
    st.tuples(st.just("decide"), decisions),
    st.tuples(st.just("jobs"), running()),
)


@budget(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=said(), story=st.lists(events, max_size=8), limit=st.sampled_from([1, 3, 500]))
def test_no_piece_is_lost_whatever_is_said_and_the_books_can_be_written_anew(first, story, limit) -> None:
    with opened() as tale:
        for n, event in enumerate([("say", first), *story]):
            tale.happens(event)
            tale.catch_up(limit) if n % 2 else None
        tale.catch_up(limit)
        slices, rollups = tale.books()
        held = {kind: sum(getattr(piece.pieces, kind) for piece in slices) for kind in KINDS}
        with tale.database.read() as reading:
            assert held == tale.fold(reading, to_us=slices[-1].t1_us)
            for known, totals in tale.told:
                assert tale.fold(reading, as_of=known) == totals
        assert all(sum(share.share_ppm for share in piece.shares) == 1_000_000 for piece in slices)
        for known, totals in tale.told:
            sums = tale.room.sums(FILLER, T0, at(END), scope=EVERYONE, as_of=known)
            assert {kind: sums[kind] for kind in KINDS} == totals
        with tale.database.write(SYSTEM) as uow:
            for table in (store.slice_job, store.slice_table, rollup_job, rollup_reason):
                uow.connection.execute(table.delete())
        tale.room.settle(FILLER, T0, None)
        assert tale.books() == (slices, rollups)
