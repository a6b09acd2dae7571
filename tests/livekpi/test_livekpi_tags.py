"""Figures of the running shift on tags: as the screens show them, kept like any signal, read by computed tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Lane, Value
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, SECOND_US, from_rfc3339, to_rfc3339
from dovetail.core.errors import RefusedError
from dovetail.core.scope import Scope
from dovetail.core.sink import Resumed
from dovetail.db.uow import Database
from dovetail.equipment.model import Equipment, PlantModel, Tag
from dovetail.historian.model import Sample
from dovetail.house.rooms import Rooms, build_rooms, live_figures, plant_sections
from dovetail.livekpi.model import OWN, said, vocabulary
from dovetail.livekpi.service import LiveFigures
from dovetail.operations.operation import execute
from dovetail.pace.shown import JobPaceOut, LiveKpiOut, PaceOut
from dovetail.performance.report import Counts, catalogue
from dovetail.plantcode.validate import validate
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

PLANT = """
plant: {format: 1, name: Test}
equipment:
  acme: {level: Enterprise, name: Acme, timezone: Europe/Prague}
  acme/filler:
    level: WorkUnit
    calendar: day
    standard_rate_upm: 100
    tags:
      state: {connection: plc, address: "ns=2;s=State", kind: i64}
      count: {connection: plc, address: "ns=2;s=Good", kind: u64}
      availability: {figure: availability}
      good_today: {figure: good, kind: i64, unit: "{#}"}
      ends: {figure: job_end, kind: i64}
      poor: {expression: "availability < 0.9 and good_today > 100", kind: bool}
    states: {packml: {state: state}}
    counters: {good: {tag: count, modulus: 4294967296, max_rate_upm: 400}}
connections:
  plc:
    driver: opcua
    options: {endpoint: "opc.tcp://127.0.0.1:4841/", security: {policy: None, insecure: true}}
scan_classes: {default: {mode: subscribe, interval_ms: 250}}
calendars: {day: {shifts: [{name: Early, start: "06:00", end: "14:00", days: [mon, tue, wed, thu, fri]}]}}
"""


def at(minute: float) -> int:
    return DAY_ZERO_US + round(minute * MINUTE_US)


@dataclass
class Floor:
    """A filler at work: `send` is its PLC, `publish` the worker that says how its shift does."""

    rooms: Rooms
    clock: ManualClock
    everyone: Scope
    database: Database
    seq: int = 0
    figures: LiveFigures = field(init=False)

    def __post_init__(self) -> None:
        self.reopen()
        model = self.rooms.equipment.plant()
        self.link = model.connections["plc"].good_through_tag
        self.filler = model.by_path("acme/filler").id
        self.tags = model.tags_of(self.filler)

    def reopen(self) -> None:
        self.figures = live_figures(self.rooms, self.clock)

    def send(self, rows: list[tuple[str, float, Value]], *, mark: float) -> None:
        """Samples by the minute; the link is good up to `mark`, which is now."""
        self.clock.tick(at(mark) - self.clock.now_us())
        self.seq += 1
        own = self.tags
        batches = [Batch.of(own[name].kind, [(own[name].id, at(m), value, q.GOOD)]) for name, m, value in rows]
        self.rooms.historian.put([Frame("edge", Lane.LIVE, 1, self.seq, tuple(batches), {self.link: at(mark)})])
        self.work()

    def work(self) -> None:
        while self.rooms.states.step() or self.rooms.performance.step() or self.rooms.virtual.step():
            pass

    def kept(self, name: str) -> list[tuple[float, Value, str]]:
        """Every sample of a tag: minute, value, quality."""
        found = self.rooms.historian.raw([self.tags[name].id], at(0), at(1_000), scope=self.everyone)
        rows = [row for batch in found for row in batch.rows()]
        return [(round((ts_us - at(0)) / MINUTE_US, 2), value, q.name(quality)) for _, ts_us, value, quality in rows]


@contextmanager
def opened(database: Database, folder: Path, clock: ManualClock, bus: Bus, scope: Scope) -> Iterator[Floor]:
    clock.step(-2 * SECOND_US)
    rooms = build_rooms(folder, database, clock=clock, bus=bus)
    rooms.equipment.apply({"plant.yaml": PLANT.encode()}, scope=scope, reason="first")
    clock.step(2 * SECOND_US)
    rooms.historian.resume("edge", [])
    yield Floor(rooms, clock, scope, database)
    rooms.historian.close()


@pytest.fixture
def floor(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus, everyone: Scope) -> Iterator[Floor]:
    with opened(sqlite_database, tmp_path, clock, bus, everyone) as made:
        yield made


@pytest.fixture
def floor_on_both(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus, everyone: Scope) -> Iterator[Floor]:
    with opened(database, tmp_path, clock, bus, everyone) as made:
        yield made


def test_a_rule_reads_how_the_shift_does(floor_on_both: Floor) -> None:
    floor = floor_on_both
    floor.send([("state", 0, 6), ("count", 0, 0), ("count", 5, 500), ("count", 10, 1_000)], mark=10)
    floor.figures.step()
    floor.send([("state", 10, 11)], mark=12)  # it is held
    floor.figures.step()
    told = floor.rooms.pace.live_kpi(floor.filler, scope=floor.everyone)
    floor.send([], mark=12.1)
    assert floor.kept("availability") == [(10, 1.0, "GOOD"), (12, 10 / 12, "GOOD")]
    assert next(kpi.value for kpi in told.kpis if kpi.id == "availability") == 10 / 12
    assert floor.kept("good_today") == [(10, 1_000, "GOOD"), (12, 1_000, "GOOD")]
    assert floor.kept("ends") == [(10, None, "BAD"), (12, None, "BAD")]  # no job runs
    assert floor.kept("poor")[-2:] == [(10, False, "GOOD"), (12, True, "GOOD")]


def test_nothing_is_said_twice_within_a_minute_and_not_again_before_its_turn(floor: Floor) -> None:
    floor.send([("state", 0, 6), ("count", 0, 0), ("count", 10, 1_000)], mark=10)
    assert floor.figures.step() == 3
    assert floor.figures.step() == 0
    for minute, put in ((10.2, 0), (10.4, 0), (11.4, 3)):  # unchanged: said again after a minute
        floor.send([], mark=minute)
        assert floor.figures.step() == put


def test_a_cut_cable_leaves_the_last_known_figure(floor: Floor) -> None:
    floor.send([("state", 0, 6), ("count", 0, 0), ("count", 10, 1_000)], mark=10)
    floor.figures.step()
    floor.clock.tick(2 * MINUTE_US)
    floor.work()
    floor.figures.step()
    assert floor.kept("availability")[-1] == (12, 1.0, "UNCERTAIN_LAST_KNOWN")


def test_what_nobody_said_while_the_server_stood_is_not_held(floor: Floor) -> None:
    floor.send([("state", 0, 6), ("count", 0, 0), ("count", 10, 1_000)], mark=10)
    floor.figures.step()
    floor.reopen()
    floor.send([], mark=40)
    floor.figures.step()
    assert floor.kept("availability") == [
        (10, 1.0, "GOOD"), (10, None, "BAD_NOT_CONNECTED"), (40, 1.0, "GOOD"),
    ]  # fmt: skip


def test_a_published_figure_is_not_corrected_but_what_it_follows_from(floor: Floor) -> None:
    insert = next(one for one in floor.rooms.corrections.operations.all if one.name == "samples.insert")
    sample = {"ts": to_rfc3339(at(0)), "value": 1.0}
    given = insert.input.model_validate({"tag_id": floor.tags["availability"].id, "samples": [sample]})
    floor.clock.tick(MINUTE_US)
    with pytest.raises(RefusedError, match="is computed"):
        execute(insert, given, database=floor.database, scope=floor.everyone, reason="better")


# --- without samples ---------------------------------------------------------------------------------------------
def told(**given: object) -> LiveKpiOut:
    base: dict[str, object] = {
        "equipment_id": 1, "start": "2026-01-05T06:00:00Z", "end": "2026-01-05T14:00:00Z",
        "until": "2026-01-05T08:00:00.000000Z", "known_until": "2026-01-05T08:00:00.000000Z", "shift": None,
        "settled": None, "counts": Counts(good=90, scrap=None, rework=None, infeed=None, outside=0),
    }  # fmt: skip
    return LiveKpiOut.model_validate(base | given)


ENDS = JobPaceOut(
    job_response_id="j1", job_order="o1", product="cola", start="2026-01-05T06:00:00Z", quantity=100, made=90,
    earliest="2026-01-05T08:05:00Z", expected_end="2026-01-05T08:10:00Z", latest="2026-01-05T08:30:00Z",
)  # fmt: skip
LATER = ENDS.model_copy(update={"job_response_id": "j2", "expected_end": "2026-01-05T09:00:00Z", "made": 20})
BLIND = Counts(good=None, scrap=None, rework=None, infeed=None, outside=0)
CUT = {"known_until": "2026-01-05T07:00:00.000000Z"}


@pytest.mark.parametrize("figure, given, expected", [
    ("good",         {},                                             (90, q.GOOD)),
    ("good",         {"counts": BLIND},                              (None, q.BAD_CONFIG)),       # no counter
    ("scrap",        {},                                             (None, q.BAD)),
    ("good",         CUT,                                            (90, q.UNCERTAIN_LAST_KNOWN)),
    ("scrap",        CUT,                                            (None, q.BAD_NOT_CONNECTED)),
    ("good",         {"known_until": None, "counts": None},          (None, q.BAD_NOT_CONNECTED)),
    ("pace",         {"pace": PaceOut(planned=400, good=90, due=100)}, (0.9, q.GOOD)),
    ("pace",         {"pace": PaceOut(good=90)},                     (None, q.BAD_CONFIG)),       # no rate
    ("pace",         {"pace": PaceOut(planned=400, good=0, due=0)},  (None, q.BAD)),              # nothing due yet
    ("job_end",      {"jobs": [LATER, ENDS]},                        (from_rfc3339("2026-01-05T08:10:00Z"), q.GOOD)),
    ("job_left_min", {"jobs": [LATER, ENDS]},                        (10.0, q.GOOD)),
    ("job_left",     {"jobs": [LATER, ENDS]},                        (10, q.GOOD)),
    ("job_end",      {},                                             (None, q.BAD)),              # nothing runs
])  # fmt: skip
def test_what_a_figure_says_and_who_can_mend_that_it_says_nothing(
    figure: str, given: dict[str, object], expected: tuple[float | None, int]
) -> None:
    found = said(OWN[figure], told(**given))
    assert (found.value, found.quality) == expected


@pytest.mark.parametrize("tag, code", [
    ("{figure: oee_indx}",                           "DT-P821"),
    ("{figure: oee_index, expression: 'good * 2'}",  "DT-P822"),
    ("{figure: oee_index, scale: 100}",              "DT-P822"),
    ("{figure: good}",                               "DT-P823"),  # pieces are whole: i64
    ("{figure: good, kind: i64, unit: kW}",          "DT-P823"),
])  # fmt: skip
def test_a_figure_that_cannot_be_published_is_refused_where_it_stands(tag: str, code: str) -> None:
    files = {"plant.yaml": PLANT.replace("{figure: availability}", tag).encode()}
    _, report = validate(files, plant_sections())
    assert code in {problem.code for problem in report.problems}


def test_an_area_has_no_figures_of_its_own() -> None:
    files = PLANT.replace("timezone: Europe/Prague}", "timezone: Europe/Prague, tags: {oee: {figure: oee_index}}}")
    _, report = validate({"plant.yaml": files.encode()}, plant_sections())
    assert [(problem.code, problem.place.line) for problem in report.problems] == [("DT-P824", 4)]


def test_every_kpi_is_a_figure() -> None:
    assert vocabulary(catalogue()).keys() >= catalogue().keys() | OWN.keys()


class Nowhere:
    """A historian that forgets: only the turns are looked at."""

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        return Resumed(1, {})

    def put(self, frames: Sequence[Frame]) -> None: ...

    def last(self, tags: Sequence[int], *, scope: Scope) -> Mapping[int, Sample]:
        return {}


def test_a_big_plant_is_told_a_few_machines_at_a_time(clock: ManualClock) -> None:
    asked: list[int] = []

    def tell(equipment_id: int) -> LiveKpiOut:
        asked.append(equipment_id)
        return told(equipment_id=equipment_id)

    node = Equipment(1, "a", "A", "WorkUnit", None, None, "UTC", None, None, (), None, None, None, {}, None, {})
    tags = [Tag(n, f"a.g{n}", n, f"g{n}", None, None, OWN["good"].kind, figure="good") for n in range(1, 31)]
    plant = PlantModel(equipment=[node], tags=tags)
    figures = LiveFigures(Nowhere(), clock, plant=lambda: plant, told=tell, figures=OWN)
    assert [figures.step() for _ in range(4)] == [10, 10, 10, 0]
    assert sorted(asked) == list(range(1, 31))
