"""Pieces entered by hand: with and without a counter, for a moment, a period or a job; never less than nothing."""

from __future__ import annotations

import pytest
from counting_plant import Plant, at, when

from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope

COUNTED = {"good": 4_134, "scrap": 6}


def test_one_action_enters_good_scrap_and_the_reason(hour_on_both: Plant) -> None:
    plant = hour_on_both
    out = plant.enter(plant.table, good=40, scrap=3, reason="dimension/too-long", comment="last pallet")
    assert [(item.kind, item.quantity, item.origin) for item in out.items] == [
        ("good", 40, "person"),
        ("scrap", 3, "person"),
    ]
    assert plant.totals(plant.table) == plant.sums(plant.table, 0, 60) == {"good": 40, "scrap": 3}
    assert [(e.entry_id, e.kind, e.reason, e.comment, e.by_name) for e in plant.entries(plant.table)] == [
        (out.entry_id, "good", None, "last pallet", "anna"),
        (out.entry_id, "scrap", "dimension/too-long", "last pallet", "anna"),
    ]
    line = plant.sums(plant.line, 0, 60)
    assert (line["good"], line["scrap"]) == (40, 9)  # good pieces of the outfeed, scrap from the constraint on


@pytest.mark.parametrize("entered, total, why", [
    ({"good": 10},              {"good": 4_144, "scrap": 6},                "no counter saw them"),
    ({"scrap": 4},              {"good": 4_130, "scrap": 10},               "they were counted as good"),
    ({"rework": 5},             {"good": 4_129, "scrap": 6, "rework": 5},   "so were these"),
    ({"good": 10, "scrap": 4},  {"good": 4_140, "scrap": 10},               "each for itself"),
    ({"scrap": -2},             {"good": 4_136, "scrap": 4},                "they were good after all"),
    ({"good": -7},              {"good": 4_127, "scrap": 6},                "the counter saw a test run"),
    ({"infeed": 9},             {"good": 4_134, "scrap": 6, "infeed": 9},   "nothing counts what comes in"),
])  # fmt: skip
def test_what_an_entry_means_where_a_counter_counts_every_piece(hour: Plant, entered, total, why) -> None:
    hour.enter(hour.filler, start=when(0), end=when(30), **entered)
    assert hour.totals(hour.filler) == hour.sums(hour.filler, 0, 60) == total, why


def test_scrap_moves_pieces_and_pq_stays(hour: Plant) -> None:
    before = hour.rooms.performance.kpis(hour.filler, at(0), at(60), scope=hour.everyone).figures
    hour.enter(hour.filler, scrap=400, start=when(0), end=when(30))
    after = hour.rooms.performance.kpis(hour.filler, at(0), at(60), scope=hour.everyone).figures
    old, new = ({kpi.id: kpi.value for kpi in figures.kpis} for figures in (before, after))
    assert old["effectiveness"] == new["effectiveness"]
    assert (old["quality_ratio"], new["quality_ratio"]) == (4_134 / 4_140, 3_734 / 4_140)


@pytest.mark.parametrize("period, at_slices", [
    ({},                                    [0, 0, 7]),  # now
    ({"end": when(30)},                     [7, 0, 0]),  # the moment of a change belongs to what ran until then
    ({"end": when(31)},                     [0, 7, 0]),
    ({"start": when(10), "end": when(20)},  [7, 0, 0]),
    ({"start": when(20), "end": when(50)},  [4, 0, 3]),  # over a stop: only where the machine ran
    ({"start": when(31), "end": when(39)},  [0, 7, 0]),  # nowhere else to go
])  # fmt: skip
def test_pieces_lie_where_they_were_made(hour: Plant, period, at_slices) -> None:
    before = [piece.pieces.good for piece in hour.slices(hour.filler, 0, 60)]
    hour.enter(hour.filler, good=7, **period)
    after = [piece.pieces.good for piece in hour.slices(hour.filler, 0, 60)]
    assert [new - old for old, new in zip(before, after, strict=True)] == at_slices


@pytest.mark.parametrize("given, code, says", [
    ({"scrap": 3_001, "start": when(0), "end": when(30)}, "count-negative", "made 2997 good"),
    ({"good": -1, "start": when(31), "end": when(39)},    "count-negative", "made 0 good"),
    ({"scrap": -7},                                       "count-negative", "made 6 scrap"),
    ({"scrap": 1, "reason": "dimension/to-long"},         "reason-unknown", "no reason 'dimension/to-long'"),
    ({"good": 1, "end": when(61)},                        "time-in-future", "lies in the future"),
    ({"good": 1, "start": when(30), "end": when(30)},     "count-period",   "period of up to 26 hours"),
    ({"good": 1, "start": when(-1_600)},                  "count-period",   "period of up to 26 hours"),
    ({"good": 1, "end": "yesterday"},                     "time-format",    "is not a time"),
    ({},                                                  "count-empty",    "at least one quantity"),
    ({"good": 0},                                         "count-empty",    "at least one quantity"),
    ({"good": 5, "reason": "dimension/too-long"},         "count-reason",   "no scrap was entered"),
    ({"good": 1, "job_response_id": "none"},              "count-job",      "no such job ran here"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_what_is_there(hour: Plant, given, code, says) -> None:
    before = hour.totals(hour.filler)
    with pytest.raises(InvalidError, match=says) as refused:
        hour.enter(hour.filler, **given)
    assert (refused.value.code, hour.totals(hour.filler)) == (code, before)


def test_pieces_are_entered_at_a_work_unit(hour: Plant) -> None:
    with pytest.raises(InvalidError, match="of level ProductionLine") as refused:
        hour.enter(hour.line, good=1)
    assert refused.value.hint == "good pieces of this line are those of table"


def test_scrap_of_the_minute_that_is_not_over_can_be_entered(hour: Plant) -> None:
    hour.now(1_440 + 60)  # a day later: nothing of the shift is settled yet
    hour.send([("state", 1_500, 6), ("total", 1_500, 5_140)], mark=1_500)
    hour.send([("total", 1_500.5, 5_165)])
    hour.now(1_500.6)
    hour.work()
    hour.enter(hour.filler, scrap=25)
    with pytest.raises(InvalidError, match="made 0 good"):
        hour.enter(hour.filler, scrap=1)


def test_an_entry_is_taken_back_once(hour: Plant) -> None:
    done = hour.done("count.enter", {"equipment_id": hour.table, "good": 40, "scrap": 3})
    given = {"entry_id": done.output.entry_id}
    back = hour.done("count.withdraw", given, reason="wrong table")
    assert [(item.kind, item.quantity) for item in back.output.items] == [("good", -40), ("scrap", -3)]
    assert hour.totals(hour.table) == hour.sums(hour.table, 0, 60) == {}
    assert hour.totals(hour.table, as_of=done.known) == {"good": 40, "scrap": 3}  # what was known stays known
    assert hour.sums(hour.table, 0, 60, as_of=done.known) == {"good": 40, "scrap": 3}
    assert {(e.withdrawn_by, e.known_to) for e in hour.entries(hour.table)} == {("anna", back.known)}
    with pytest.raises(ConflictError, match="anna took this entry back already"):
        hour.do("count.withdraw", given)


def test_good_pieces_that_others_have_scrapped_meanwhile_stay(hour: Plant) -> None:
    entered = hour.enter(hour.table, good=10)
    hour.enter(hour.table, good=-4)
    with pytest.raises(InvalidError, match="made 6 good"):
        hour.do("count.withdraw", {"entry_id": entered.entry_id})


def test_who_may_not_enter_is_refused_and_who_may_not_see_finds_nothing(hour: Plant) -> None:
    ids = frozenset({hour.table})
    viewer = Scope(Actor("v", "Viewer"), at={"plant.view": ids})
    stranger = Scope(Actor("s", "Stranger"))
    given = {"equipment_id": hour.table, "good": 1}
    with pytest.raises(RefusedError, match=r"permission count\.enter here"):
        hour.do("count.enter", given, scope=viewer)
    with pytest.raises(NotFoundError):
        hour.do("count.enter", given, scope=stranger)
    with pytest.raises(NotFoundError):
        hour.do("count.withdraw", {"entry_id": 1}, scope=viewer)


def test_the_reasons_for_scrap_are_those_of_quality(hour: Plant) -> None:
    hour.enter(hour.table, good=10)
    hour.enter(hour.table, scrap=1, reason="dimension/too-long")
    hour.enter(hour.table, scrap=1, reason="dimension")
    with hour.database.read() as reading:
        tree, last = hour.rooms.counting.scrap_reasons(reading, hour.table, scope=hour.everyone)
    assert {code: list(body["children"]) for code, body in tree.items()} == {"dimension": ["too-long"]}
    assert last == ["dimension", "dimension/too-long"]
