"""A counter that a person reads: the pieces between two readings count, and a counter goes on where it stopped."""

from __future__ import annotations

from typing import Any

import pytest
from counting_plant import Plant, when
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from asking import client_of
from dovetail.core.errors import ConflictError, DovetailError, InvalidError
from dovetail.meters import api
from dovetail.meters.model import Reading, between, step
from dovetail.operations.http import Api
from dovetail.operations.operation import Catalogue, Done, execute


def operations(plant: Plant) -> list[Any]:
    rooms = plant.rooms
    return [*rooms.counting.operations, *rooms.holding.operations, *rooms.meters.operations]


def do(plant: Plant, name: str, why: str | None = None, /, **said: Any) -> Done[Any]:
    operation = next(one for one in operations(plant) if one.name == name)
    words = operation.input.model_validate(said)
    done = execute(operation, words, database=plant.database, scope=plant.everyone, reason=why)
    plant.work()
    return done


def last(plant: Plant) -> list[Reading]:
    """Where the table's counters stand."""
    with plant.database.read() as reading:
        return plant.rooms.meters.last(reading, plant.table, scope=plant.everyone)


def read(plant: Plant, after: int, minute: float, **said: Any) -> Done[Any]:
    """The table's counter is read at a minute of the shift; the clock stands there."""
    plant.now(minute)
    return do(plant, "count.enter_readings", equipment_id=plant.table, after=after, **said)


def test_pieces_follow_from_two_readings_and_the_next_goes_on_from_there(on_both: Plant) -> None:
    plant = on_both
    first = read(plant, 1_400, 30, before=1_000, start=when(0), scrap=7, reason="dimension/too-long").output
    assert (first.quantity, plant.totals(plant.table)) == (400, {"good": 400, "scrap": 7})
    second = read(plant, 1_900, 60)
    assert (second.output.before, second.output.quantity) == (1_400, 500)
    assert plant.sums(plant.table, 30, 60) == {"good": 500}  # since the last reading
    assert plant.entries(plant.table)[-1].comment == "counter good: 1400 to 1900"
    Catalogue(operations(plant)).undo(second.audit_id, database=plant.database, scope=plant.everyone)
    plant.work()
    assert plant.totals(plant.table) == {"good": 400, "scrap": 7}
    assert read(plant, 1_500, 61).output.quantity == 100  # it goes on from the one that stands


def test_of_all_pieces_and_the_scrap_the_good_ones_follow(plant: Plant) -> None:
    read(plant, 200, 30, before=100, start=when(0), counter="total", scrap=4)
    assert plant.totals(plant.table) == {"good": 96, "scrap": 4}


def test_a_counter_rolls_over_where_it_was_said_to(plant: Plant) -> None:
    read(plant, 9_990, 10, before=9_900, start=when(0), modulus=10_000)
    assert read(plant, 15, 20).output.quantity == 25  # the modulus is known from the last time
    assert plant.totals(plant.table) == {"good": 115}


@pytest.mark.parametrize("before, apart, code", [
    (1_420, 20, "reading-gap"),       # pieces that nobody entered
    (1_380, -20, "reading-overlap"),  # pieces that are there twice
])  # fmt: skip
@pytest.mark.parametrize("since, counted, unexplained", [("previous", 100, 0), ("given", None, None)])
def test_a_begin_that_is_not_the_last_end_is_told_and_the_person_says_which_counts(
    plant: Plant, before: int, apart: int, code: str, since: str, counted: int | None, unexplained: int | None
) -> None:
    read(plant, 1_400, 30, before=1_000, start=when(0))
    with pytest.raises(ConflictError) as told:
        read(plant, 1_500, 60, before=before)
    assert (told.value.code, told.value.members["apart"]) == (code, apart)
    assert told.value.members["previous"] == {"reading": 1_400, "at": when(30), "by": "anna"}
    assert plant.totals(plant.table) == {"good": 400}
    out = read(plant, 1_500, 60, before=before, since=since).output
    expected = (counted or 100 - apart, apart if unexplained is None else unexplained)
    assert (out.quantity, out.unexplained) == expected


def test_more_than_the_rate_allows_is_held_and_counts_when_it_was_reviewed(on_both: Plant) -> None:
    plant = on_both
    out = read(plant, 8_000, 60, before=0, start=when(0)).output  # 7,200 are possible
    assert (out.entry.held.made, plant.totals(plant.table)) == (8_000, {})
    do(plant, "count.release_entry", entry_id=out.entry.entry_id)
    assert plant.totals(plant.table) == {"good": 8_000}
    later = read(plant, 20_000, 70).output.entry
    do(plant, "count.withdraw_readings", entry_id=later.entry_id)
    assert plant.totals(plant.table) == {"good": 8_000}
    do(plant, "count.withdraw_readings", entry_id=out.entry.entry_id)
    assert plant.totals(plant.table) == {}


@pytest.mark.parametrize("decided", [
    [("count.reject_entry", "not what it showed")],
    [("count.reject_entry", "not what it showed"), ("count.withdraw_readings", None)],
    [("count.release_entry", None), ("count.withdraw_readings", None)],
    [("count.withdraw_held", None)],
    [("count.withdraw_held", None), ("count.withdraw_readings", None)],
    [("count.withdraw_readings", None)],
])  # fmt: skip
def test_after_a_wrong_reading_that_was_held_the_true_one_counts_from_the_one_before(
    plant: Plant, decided: list[tuple[str, str | None]]
) -> None:
    read(plant, 10_000, 30, before=9_900, start=when(0))
    wrong = read(plant, 99_999, 40).output.entry
    assert wrong.held is not None
    for name, why in decided:
        do(plant, name, why, entry_id=wrong.entry_id)
    assert [one.after for one in last(plant)] == [10_000]
    true = read(plant, 10_100, 39, end=when(39)).output  # also where it is of a moment before the wrong one
    assert (true.before, true.quantity, plant.totals(plant.table)) == (10_000, 100, {"good": 200})


def test_after_an_entry_of_a_reading_was_taken_back_the_next_counts_from_the_one_before(on_both: Plant) -> None:
    plant = on_both
    read(plant, 1_400, 30, before=1_000, start=when(0))
    wrong = read(plant, 1_900, 40).output.entry.entry_id
    do(plant, "count.withdraw", entry_id=wrong)
    true = read(plant, 1_500, 50).output
    assert (true.before, true.quantity, plant.totals(plant.table)) == (1_400, 100, {"good": 500})
    do(plant, "count.withdraw_readings", entry_id=wrong)  # it closes, though the counter was read since
    with pytest.raises(ConflictError, match="took it back already"):
        do(plant, "count.withdraw_readings", entry_id=wrong)
    assert plant.totals(plant.table) == {"good": 500}


def test_a_released_entry_that_was_taken_back_takes_its_reading_with_it(plant: Plant) -> None:
    read(plant, 10_000, 30, before=9_900, start=when(0))
    wrong = read(plant, 99_999, 40).output.entry.entry_id
    counted = do(plant, "count.release_entry", entry_id=wrong).output.items
    assert [one.after for one in last(plant)] == [99_999]
    do(plant, "count.withdraw", entry_id=max(one.entry_id for one in plant.entries(plant.table)))
    assert ([one.quantity for one in counted], [one.after for one in last(plant)]) == ([89_999], [10_000])
    do(plant, "count.withdraw_readings", entry_id=wrong)
    assert read(plant, 10_100, 50).output.quantity == 100


@pytest.mark.parametrize("name", ["count.reject_entry", "count.withdraw_held"])
def test_a_decision_that_is_taken_back_brings_the_reading_back(plant: Plant, name: str) -> None:
    read(plant, 10_000, 30, before=9_900, start=when(0))
    held = read(plant, 99_999, 40).output.entry.entry_id
    do(plant, name, "wrong", entry_id=held)
    do(plant, "count.hold_again", entry_id=held)
    assert [one.after for one in last(plant)] == [99_999]
    do(plant, "count.withdraw_readings", entry_id=held)
    assert read(plant, 10_100, 50).output.quantity == 100


def test_a_comment_stands_behind_what_the_counter_showed_and_fits(plant: Plant) -> None:
    read(plant, 999_999_999_999, 30, before=999_999_999_900, start=when(0), counter="infeed", comment="x" * 1_900)
    assert plant.entries(plant.table)[-1].comment.endswith(" · " + "x" * 1_900)
    with pytest.raises(ValidationError):
        read(plant, 999_999_999_999, 40, counter="infeed", comment="x" * 1_901)


def test_a_counter_that_stood_still_is_a_reading_without_pieces(plant: Plant) -> None:
    read(plant, 1_400, 30, before=1_000, start=when(0))
    out = read(plant, 1_400, 60).output
    assert (out.quantity, out.entry.items) == (0, [])
    do(plant, "count.withdraw_readings", entry_id=out.entry.entry_id)
    assert read(plant, 1_410, 61).output.quantity == 10


@pytest.mark.parametrize("said, pointer, code", [
    ({"after": 900, "before": 1_000},                          "/after",  "reading-backwards"),
    ({"after": 900, "before": 1_000, "modulus": 1_000},        "/before", "reading-modulus"),
    ({"after": 1_200, "before": 900, "modulus": 1_000},        "/after",  "reading-modulus"),
    ({"after": 900},                                           "/before", "reading-first"),
    ({"after": 11_000_000, "before": 0},                       "/after",  "reading-far"),
    ({"after": 10, "before": 0, "counter": "scrap", "scrap": 1}, "/scrap", "reading-twice"),
    ({"after": 10, "before": 0, "end": when(90)},              "/end",    "time-in-future"),
    ({"after": 10, "before": 0, "counter": "scrap", "reason": "nonsense"}, "/reason", "reason-unknown"),
])  # fmt: skip
def test_what_cannot_be_is_refused_where_it_stands(plant: Plant, said: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(plant, minute=60, **said)
    assert (refused.value.pointer, refused.value.code, refused.value.hint is None) == (pointer, code, False)
    assert plant.totals(plant.table) == {}


def test_a_counter_with_a_tag_is_not_read_by_hand(plant: Plant) -> None:
    plant.now(60)
    for counter in ("total", "scrap", "good"):  # of all pieces and the scrap the good ones follow
        with pytest.raises(InvalidError, match="is read by its tag"):
            do(plant, "count.enter_readings", equipment_id=plant.filler, counter=counter, after=10, before=0)
    with pytest.raises(InvalidError, match="no counter of its own"):
        do(plant, "count.enter_readings", equipment_id=plant.line, after=10, before=0)


def test_a_reading_between_later_ones_is_refused_and_only_the_last_is_taken_back(plant: Plant) -> None:
    first = read(plant, 1_400, 30, before=1_000, start=when(0)).output.entry.entry_id
    read(plant, 1_900, 60)
    with pytest.raises(ConflictError, match="has read this counter since"):
        read(plant, 1_600, 61, end=when(45))
    refused: list[str] = []
    try:
        do(plant, "count.withdraw_readings", entry_id=first)
    except DovetailError as error:
        refused.append(error.code)
    assert refused == ["reading-followed"]


def test_over_the_api(plant: Plant) -> None:
    routes = Api(plant.database)
    api.routes(routes, plant.rooms.meters)
    client, table = client_of(plant.everyone, routes), f"/api/v1/equipment/{plant.table}"
    plant.now(60)
    body = {"after": 1_400, "before": 1_000, "start": when(0)}
    sent = [client.post(f"{table}/counter-readings", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [one.json()["quantity"] for one in sent] == [400, 400]
    told = client.post(f"{table}/counter-readings", json={"after": 1_500, "before": 1_450})
    assert (told.status_code, told.json()["code"], told.json()["apart"]) == (409, "reading-gap", 50)
    (last,) = client.get(f"{table}/last-readings").json()["items"]
    assert (last["counter"], last["after"], last["became"]) == ("good", 1_400, "counted")
    done = client.post(f"/api/v1/counter-readings/{last['entry_id']}/withdraw", json={})
    assert done.status_code == 200
    span = {"start": when(0), "end": when(61)}
    found = client.get(f"/api/v1/equipment/{plant.line}/counter-readings", params=span).json()["items"]
    assert [(one["withdrawn"], one["withdrawn_by"]) for one in found] == [(True, "anna")]
    assert client.get(f"{table}/last-readings").json() == {"items": [], "by_tag": []}
    filler = client.get(f"/api/v1/equipment/{plant.filler}/last-readings").json()
    assert filler == {"items": [], "by_tag": ["good", "scrap", "total"]}


@given(begin=st.integers(0, 9_999), made=st.lists(st.integers(0, 9_999), max_size=6))
def test_readings_one_after_the_other_add_up(begin: int, made: list[int]) -> None:
    """However often it rolls over, the sum of what lies between is what was made."""
    shown, counted = begin, 0
    for pieces in made:
        now = (shown + pieces) % 10_000
        counted += between(shown, now, 10_000)
        assert step(shown, shown, 10_000) == 0
        shown = now
    assert counted == sum(made)
