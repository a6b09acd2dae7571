"""Each step of an explanation is computed again from those below it, from the ideal time of a shift to its readings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counting_plant import Plant, an_hour, at, plant_on, when

from dovetail.core.batch import Value
from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.proof.tree import Node, Place
from dovetail.testing.clock import ManualClock


@pytest.fixture
def plant(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    with plant_on(sqlite_database, tmp_path, clock, bus) as opened:
        yield opened


@pytest.fixture
def plant_on_both(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """The same on SQLite and on PostgreSQL."""
    with plant_on(database, tmp_path, clock, bus) as opened:
        yield opened


def explain(plant: Plant, path: str, *, cursor: str | None = None) -> Node:
    place = Place("", plant.filler, at(0), at(60), None, plant.everyone)
    return plant.rooms.explainer.explain(path.partition("/")[0], place, path=path, cursor=cursor)


def below(plant: Plant, path: str, kind: str) -> list[Node]:
    """Its children of a kind, each opened."""
    return [explain(plant, child.key) for child in explain(plant, path).children if child.kind == kind]


def number(node: Node) -> float:
    assert isinstance(node.value, int | float)
    return node.value


def pieces(nodes: list[Node], *kinds: str) -> float:
    return sum(number(node) for node in nodes if node.detail["kind"] in kinds)


def test_the_ideal_time_is_computed_again_down_to_the_readings(plant_on_both: Plant) -> None:
    plant = plant_on_both
    an_hour(plant)
    plant.do("job.start", {"equipment_id": plant.filler, "product": "cola", "started_at": when(0)})
    ideal = explain(plant, "effectiveness/pri_pq_ns/ideal_ns")
    slices = below(plant, ideal.key, "slice")
    assert number(ideal) == sum(map(number, slices)) > 0
    for piece in slices:
        assert piece.formula == "Σ PRI · (good + scrap + rework) of its jobs"
        (job,) = below(plant, piece.key, "job-response")
        assert job.value == 120.0
        assert job.detail["pri_ns"] == round(60e9 / job.value)
        counts = below(plant, piece.key, "count-record")
        assert job.detail["good"] == pieces(counts, "good")
        assert job.detail["scrap"] == pieces(counts, "scrap")
        assert number(piece) == job.detail["pri_ns"] * pieces(counts, "good", "scrap", "rework")
        assert [abs(number(count)) for count in counts] == [
            sum(reading.detail["pieces_since"] for reading in count.children) for count in counts
        ]
        assert {child.kind for count in counts for child in count.children} == {"sample"}


def test_what_runs_without_an_order_is_held_against_the_machines_own_rate(plant: Plant) -> None:
    an_hour(plant)
    piece = below(plant, "effectiveness/pri_pq_ns/ideal_ns", "slice")[0]
    (job,) = below(plant, piece.key, "job-response")
    assert (job.value, job.detail["job_response_id"]) == (100.0, None)
    assert number(piece) == job.detail["pri_ns"] * (job.detail["good"] + job.detail["scrap"] + job.detail["rework"])


def minute(*readings: tuple[float, Value]) -> list[tuple[str, float, Value]]:
    return [("state", 0, 6), ("scrap", 0, 0), *(("total", at_minute, value) for at_minute, value in readings)]


@pytest.mark.parametrize("readings, told", [
    # it only grew: two readings say it
    ([(0, 10), (0.3, 20), (0.6, 30), (0.9, 45)],
     [(10, 0, "first"), (45, 35, "grew")]),
    # it rolled over at 65,536
    ([(0, 65_500), (0.5, 65_530), (0.9, 20)],
     [(65_500, 0, "first"), (65_530, 30, "grew"), (20, 26, "fell")]),
    # it was reset, and counted on from zero
    ([(0, 900), (0.3, 920), (0.6, 5), (0.9, 30)],
     [(900, 0, "first"), (920, 20, "grew"), (5, 5, "fell"), (30, 25, "grew")]),
    # somebody corrected it by three: only what passes the old mark counts
    ([(0, 900), (0.3, 920), (0.6, 917), (0.9, 925)],
     [(900, 0, "first"), (920, 20, "grew"), (917, 0, "fell"), (925, 5, "grew")]),
    # a jump is held; what follows counts
    ([(0, 900), (0.3, 920), (0.6, 9_000), (0.9, 9_010)],
     [(900, 0, "first"), (920, 20, "grew"), (9_000, 0, "held"), (9_010, 10, "grew")]),
    # a reading that must not be believed says nothing
    ([(0, 900), (0.3, 920), (0.6, None), (0.61, 921), (0.9, 930)],
     [(900, 0, "first"), (930, 30, "grew")]),
])  # fmt: skip
def test_a_count_record_is_the_sum_of_what_its_readings_added(
    plant: Plant, readings: list[tuple[float, Value]], told: list[tuple[Value, int, str]]
) -> None:
    plant.now(2)
    plant.send(minute(*readings), mark=2)
    plant.work()
    (piece,) = below(plant, "quality_ratio/gq/good_observed", "slice")
    (count,) = below(plant, piece.key, "count-record")
    assert [(one.value, one.detail["pieces_since"], one.detail["reading"]) for one in count.children] == told
    assert number(count) == sum(pieces_since for _, pieces_since, _ in told)


def test_pieces_of_one_reading_shared_over_an_outage_say_their_share(plant: Plant) -> None:
    plant.now(12)
    rows: list[tuple[str, float, Value]] = [("state", 0, 6), ("scrap", 0, 0), ("total", 0, 0), ("total", 1, 100)]
    blind: list[tuple[str, float, Value]] = [("total", 1.01, None), ("state", 4, 11), ("state", 6, 6)]
    plant.send([*rows, *blind, ("total", 10, 1_000), ("total", 11, 1_100)], mark=12)
    plant.work()
    shared = [
        count
        for piece in below(plant, "quality_ratio/good", "slice")
        for count in below(plant, piece.key, "count-record")
        if count.detail["spread"]
    ]
    assert sum(number(count) for count in shared) == 900
    for count in shared:
        assert count.formula == "its share of Σ pieces since the reading before, by time"
        assert [(one.value, one.detail["pieces_since"]) for one in count.children] == [(100, 0), (1_000, 900)]


def every_formula(plant: Plant, path: str) -> Iterator[tuple[str, str | None]]:
    node = explain(plant, path)
    yield node.kind, node.formula
    for child in {child.kind: child for child in node.children if child.more}.values():
        yield from every_formula(plant, child.key)


def test_a_step_with_a_value_to_compute_says_how(plant: Plant) -> None:
    an_hour(plant)
    found = [one for kpi in ("oee_index", "mtbf") for one in every_formula(plant, kpi)]
    computed = {"kpi", "column", "slice", "count-record", "job-response"}
    assert {kind for kind, formula in found if formula is None} & computed == set()
    assert {kind for kind, _ in found} >= {"kpi", "column", "slice", "count-record", "state-record", "sample"}
