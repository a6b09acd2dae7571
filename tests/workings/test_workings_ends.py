"""The expected end of a job is computed again: pieces left, stretches of the past, planned time from now on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt

import pytest
from performance_world import FILLER, LINE, World, counted, minutes, state

from dovetail.core.bus import Bus
from dovetail.core.clock import from_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, Reading
from dovetail.explain.service import Explainer
from dovetail.pace.running import JobEnds
from dovetail.performance.service import PerformanceRoom
from dovetail.proof.tree import Node, Place
from dovetail.testing.clock import ManualClock
from dovetail.workcalendar.model import Break, Calendar, ShiftPattern
from dovetail.workings.ends import EndWorkings
from dovetail.workings.service import WorkingsRoom

EARLY = Calendar(
    "two-shift", (ShiftPattern("Early", 7 * 60, 15 * 60, frozenset(range(7)), (Break("Meal", 11 * 60, 11 * 60 + 30),)),)
)
LEFT = 4_200
ROOT = "job-end/job:j2"
type Ask = Callable[..., Node]


def at(minute: float) -> int:
    return minutes(minute, None)[0]


@dataclass(frozen=True, slots=True)
class Ran:
    """A job response with its order."""

    id: str
    job_order: str
    t0_us: int
    t1_us: int | None
    product: str = "cola"
    standard_rate_upm: float | None = None
    crew: str | None = None
    share_ppm: int | None = None


@dataclass(frozen=True)
class Order:
    quantity: int


@pytest.fixture
def told(sqlite_database: Database, clock: ManualClock, bus: Bus, everyone: Scope) -> tuple[Ask, Callable[[], int]]:
    """A filler that stopped for five minutes in twenty, at ten o'clock, with 4,200 pieces to go before a meal."""
    world = World(sqlite_database, calendar_of=EARLY)
    clock.step(at(180) - clock.now_us())
    room = PerformanceRoom(sqlite_database, clock=clock, bus=bus, sources=world.sources())
    edges = [(n, n + 5, "Held") for n in range(0, 120, 20)] + [(n + 5, n + 20, "Execute") for n in range(0, 120, 20)]
    records = [state(FILLER, at(a), at(b), name) for a, b, name in sorted(edges)]
    records.append(state(FILLER, at(120), None, "Execute"))
    made = [counted(FILLER, at(n), at(n + 1), "good", 60) for n in range(180) if n >= 120 or n % 20 >= 5]
    jobs = [Ran("j1", "PO-1", at(0), at(150)), Ran("j2", "PO-2", at(150), None)]
    world.say(FILLER, records=records, counts=made, jobs=jobs, moved=(at(0), None))
    while room.step():
        pass

    def order_of(_reading: Reading, name: str, _equipment_id: int, /, *, as_of: int | None) -> Order:
        return Order(30 * 60 + LEFT)

    ends = JobEnds(room, sqlite_database, clock, production=world, order=order_of)
    workings = WorkingsRoom(job_end=EndWorkings(Explainer(room, world, world), ends))

    def explain(
        path: str = "", *, equipment_id: int = FILLER, scope: Scope = everyone, end: str | None = None,
        as_of: int | None = None,
    ) -> Node:  # fmt: skip
        place = Place("", equipment_id, at(150), at(180) if end is None else from_rfc3339(end), as_of, scope)
        return workings.explain("job-end", place, path=path)

    def later() -> int:
        """An hour on, the order has ended and more pieces are known of the hours before; when that was not known."""
        with sqlite_database.read() as reading:
            known = reading.known_now()
        clock.step(at(240) - clock.now_us())
        ended = [jobs[0], replace(jobs[1], t1_us=at(200))]
        world.say(FILLER, counts=[replace(one, quantity=70) for one in made], jobs=ended, moved=(at(0), None))
        while room.step():
            pass
        return known

    return explain, later


@pytest.fixture
def ask(told: tuple[Ask, Callable[[], int]]) -> Ask:
    return told[0]


def number(node: Node) -> float:
    assert isinstance(node.value, int | float)
    return node.value


def moment(node: Node) -> int:
    assert isinstance(node.value, str)
    return from_rfc3339(node.value)


def test_what_is_left_is_what_was_asked_less_what_was_made(ask: Ask) -> None:
    job = ask(ROOT)
    assert (job.detail["asked"], job.detail["made"], job.detail["left"]) == (6_000, 1_800, LEFT)
    made = ask(job.children[0].key)
    assert number(made) == sum(number(piece) for piece in made.children) == job.detail["made"]
    piece = ask(made.children[0].key)
    assert number(piece) == number(made.children[0])
    assert {child.kind for child in piece.children} >= {"state-record", "count-record", "job-response"}


def test_each_moment_is_so_much_planned_time_from_now_on(ask: Ask) -> None:
    job = ask(ROOT)
    ends = [ask(child.key) for child in job.children[1:]]
    assert [end.label for end in ends] == ["earliest", "expected", "latest"]
    assert (job.value, ends[1].value) == (ends[1].value, job.value)
    assert moment(ends[0]) < moment(ends[1]) < moment(ends[2])
    for end in ends:
        needed, *spans = end.children
        assert number(needed) == sum(number(span) for span in spans) == end.detail["needed_us"]
        assert from_rfc3339(spans[0].detail["start"]) == at(180)
        assert from_rfc3339(spans[-1].detail["end"]) == moment(end)
        assert all(
            number(span) == from_rfc3339(span.detail["end"]) - from_rfc3339(span.detail["start"]) for span in spans
        )
    assert len(ends[1].children) == 3  # a meal lies between


def test_the_time_needed_is_worked_out_of_stretches_of_the_past(ask: Ask) -> None:
    for bound in ("earliest", "expected", "latest"):
        needed = ask(f"{ROOT}/{bound}/needed")
        took = [number(stretch) for stretch in needed.children]
        detail = needed.detail
        assert took == sorted(took)
        assert detail["mean_us"] == pytest.approx(sum(took) / len(took), abs=1)
        place = detail["quantile"] * (len(took) - 1)
        lower = int(place)
        between = took[lower] + (took[lower + 1] - took[lower]) * (place - lower)
        assert detail["quantile_us"] == pytest.approx(between, abs=1)
        assert detail["many"] * detail["pieces_each"] == pytest.approx(LEFT)
        many = detail["many"]
        said = many * detail["mean_us"] + sqrt(many) * (detail["quantile_us"] - detail["mean_us"])
        assert number(needed) == pytest.approx(said, abs=1)


def test_a_stretch_is_made_of_slices(ask: Ask) -> None:
    stretch = ask(ask(f"{ROOT}/expected/needed").children[0].key)
    assert number(stretch) == pytest.approx(sum(number(piece) for piece in stretch.children), abs=len(stretch.children))
    piece = ask(stretch.children[0].key)
    assert (piece.kind, piece.value) == ("slice", stretch.children[0].value)
    assert ask(piece.children[0].key).kind == "state-record"


def test_the_root_lists_what_runs(ask: Ask) -> None:
    assert [child.key for child in ask().children] == [ROOT]


@pytest.mark.parametrize(
    "path", ["job-end/job:j1", f"{ROOT}/nonsense", f"{ROOT}/expected/nonsense", f"{ROOT}/expected/needed/stretch:99"]
)
def test_a_path_that_leads_nowhere_is_not_found(ask: Ask, path: str) -> None:
    with pytest.raises(NotFoundError):
        ask(path)


def test_a_line_tells_of_its_constraints_jobs(ask: Ask) -> None:
    assert ask(equipment_id=LINE).label != ""


def test_of_what_is_to_come_an_end_is_told_as_of_now(ask: Ask) -> None:
    assert ask(ROOT, end="9999-12-31T23:59:59Z").value == ask(ROOT).value


def test_an_end_is_told_as_it_was_known_at_a_moment(told: tuple[Ask, Callable[[], int]]) -> None:
    ask, later = told
    paths = [ROOT, f"{ROOT}/expected", f"{ROOT}/expected/needed", f"{ROOT}/sum:good"]
    then = [ask(path) for path in paths]
    known = later()
    with pytest.raises(NotFoundError):
        ask(ROOT)  # it runs no more
    assert [ask(path, as_of=known, end="9999-12-31T23:59:59Z") for path in paths] == then


@pytest.mark.parametrize("step", [
    "expected/needed/stretch:" + "9" * 5_000, "expected/needed/stretch:-1", "sum:good/slice:" + "9" * 30,
    "sum:good/slice:-" + "9" * 30, "sum:good/equipment:" + "9" * 30, "sum:good/count-record:-1", "sum:good/said",
    "sum:good/timeline-edit:1", "sum:good/job-response:x/said", "sum:good/oee_index/slice:1",
])  # fmt: skip
def test_a_step_that_leads_nowhere_says_so(ask: Ask, step: str) -> None:
    with pytest.raises(NotFoundError):
        ask(f"{ROOT}/{step}")
