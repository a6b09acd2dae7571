"""Pieces and time of jobs beside each other: each has its own, together they have all; the past keeps its truth."""

from __future__ import annotations

import pytest
from counting_plant import PLANT, Plant, at, when

from dovetail.core.clock import MINUTE_US
from dovetail.core.errors import InvalidError
from dovetail.proof.tree import Node, Place


def start(plant: Plant, minute: float, **more) -> str:
    given = {"equipment_id": plant.filler, "product": "cola", "started_at": when(minute), **more}
    return plant.do("job.start", given).id


def by_job(plant: Plant, start: float, end: float) -> dict[str | None, tuple[int, int, int]]:
    """Per job (minutes, good, scrap) of the filler."""
    found: dict[str | None, tuple[int, int, int]] = {}
    for piece in plant.slices(plant.filler, start, end):
        assert sum(share.share_ppm for share in piece.shares) == 1_000_000
        for share in piece.shares:
            us, good, scrap = found.get(share.job_response_id, (0, 0, 0))
            part = share.pieces
            found[share.job_response_id] = (us + share.elapsed_us, good + part.good, scrap + part.scrap)
    return {job: (us // MINUTE_US, good, scrap) for job, (us, good, scrap) in found.items()}


@pytest.mark.parametrize("share_ppm, first, second", [
    (None,      (45, 3_566, 5), (15, 568, 1)),  # halves of 30 minutes, of 1,137 good and of 3 scrapped
    (250_000,   (52, 3_850, 5), (7, 284, 1)),
])  # fmt: skip
def test_two_jobs_share_time_and_counted_pieces(hour: Plant, share_ppm, first, second) -> None:
    one = start(hour, 0)
    two = start(hour, 30, product="water", beside=True, share_ppm=share_ppm)
    assert by_job(hour, 0, 60) == {one: first, two: second}
    assert hour.sums(hour.filler, 0, 60) == hour.totals(hour.filler)


def test_pieces_entered_for_a_job_are_its_own_alone(hour: Plant) -> None:
    one, two = start(hour, 0), start(hour, 30, product="water", beside=True)
    shared = by_job(hour, 0, 60)
    hour.enter(hour.filler, good=100, scrap=11, job_response_id=two, start=when(0), end=when(60))
    now = by_job(hour, 0, 60)
    assert now[one] == shared[one]
    assert now[two] == (15, 568 + 100 - 11, 1 + 11)
    assert hour.sums(hour.filler, 0, 60) == hour.totals(hour.filler)


def test_an_entry_for_a_job_that_has_ended_belongs_to_its_end(hour: Plant) -> None:
    one = start(hour, 0, ended_at=when(20))
    start(hour, 20, product="water")
    out = hour.enter(hour.filler, scrap=2, job_response_id=one)
    assert {(item.start, item.end) for item in out.items} == {(when(20), when(20))}
    assert by_job(hour, 0, 20)[one] == (20, 1_998, 2)
    for minutes in ({"end": when(30)}, {"start": when(20), "end": when(30)}):
        with pytest.raises(InvalidError, match="did not run then"):
            hour.enter(hour.filler, good=1, job_response_id=one, **minutes)


def test_a_job_that_is_taken_back_leaves_its_pieces_to_what_ran(hour: Plant) -> None:
    one, two = start(hour, 0), start(hour, 30, product="water", beside=True)
    hour.enter(hour.filler, good=100, job_response_id=two)
    hour.do("job.cancel", {"job_response_id": two})
    assert by_job(hour, 0, 60) == {one: (60, 4_234, 6)}


def test_a_product_change_in_the_shift_keeps_what_was_made_before(hour: Plant) -> None:
    first = start(hour, 0)
    before = hour.slices(hour.filler, 0, 40)
    hour.do("job.end", {"job_response_id": first, "ended_at": when(45)})
    second = start(hour, 45, product="water")
    assert hour.slices(hour.filler, 0, 40) == before
    assert [(piece.product, piece.rate_upm, piece.pieces.good) for piece in hour.slices(hour.filler, 40, 60)] == [
        ("cola", 120.0, 300),
        ("water", 80.0, 837),
    ]
    assert by_job(hour, 0, 60) == {first: (45, 3_297, 3), second: (15, 837, 3)}


def test_a_new_rate_in_the_middle_of_a_job_holds_from_then_on(hour: Plant) -> None:
    start(hour, 0)
    known = hour.done("count.enter", {"equipment_id": hour.table, "good": 1}).known
    faster = PLANT.replace("{acme/line/filler: 120}", "{acme/line/filler: 150}").encode()
    hour.rooms.equipment.apply({"plant.yaml": faster}, scope=hour.everyone)  # now: minute 60
    hour.send([("total", m, 5_140 + 100 * (m - 60)) for m in range(61, 71)] + [("state", 70, 11)], mark=71)
    hour.now(71)
    hour.work()
    slices = hour.slices(hour.filler, 0, 71)
    assert [(piece.rate_upm, piece.elapsed_us // MINUTE_US) for piece in slices] == [
        (120.0, 30), (120.0, 10), (120.0, 20), (150.0, 10), (150.0, 1),
    ]  # fmt: skip
    assert slices[:2] == hour.slices(hour.filler, 0, 40, as_of=known)


def test_the_next_crew_cuts_the_time_at_the_hand_over(hour: Plant) -> None:
    one = start(hour, 0, crew="A")
    given = {"job_response_id": one, "crew": "B", "handed_over_at": when(50), "note": "valve 3 sticks"}
    done = hour.done("job.hand_over", given)
    crews = [
        (piece.crew, piece.elapsed_us // MINUTE_US, piece.pieces.good) for piece in hour.slices(hour.filler, 0, 60)
    ]
    assert crews == [("A", 30, 2_997), ("A", 10, 0), ("A", 10, 600), ("B", 10, 537)]
    assert {piece.crew for piece in hour.slices(hour.filler, 0, 60, as_of=done.known - 1)} == {"A"}


def test_an_entry_is_the_end_of_the_explanation(hour: Plant) -> None:
    entered = hour.enter(hour.filler, scrap=4, reason="dimension/too-long", comment="bent", end=when(20))

    def down(path: str) -> Node:
        place = Place("", hour.filler, at(0), at(60), None, hour.everyone)
        return hour.rooms.explainer.explain("quality_ratio", place, path=path)

    slices = down("quality_ratio/gq/good_observed").children
    taken = next(node for node in down(slices[0].key).children if (node.kind, node.value) == ("count-record", -4))
    (said,) = down(taken.key).children
    assert (said.kind, said.label, said.value) == ("count-entry", "anna", "bent")
    assert said.detail["entry"] == str(entered.entry_id)
    assert said.detail["reason"] == "dimension/too-long"
    assert down(said.key) == said


def test_an_accepted_jump_is_the_end_of_the_explanation(plant: Plant) -> None:
    plant.now(60)
    plant.send([("state", 0, 6), ("total", 0, 0), ("total", 1, 9_000)], mark=60)
    plant.work()
    (jump,) = plant.jumps(plant.filler)
    plant.do("count.accept_jump", {"held_id": jump.held_id}, reason="it ran all night")

    def down(path: str) -> Node:
        place = Place("", plant.filler, at(0), at(60), None, plant.everyone)
        return plant.rooms.explainer.explain("quality_ratio", place, path=path)

    (piece,) = down("quality_ratio/gq/good_observed").children
    (count,) = [node for node in down(piece.key).children if node.kind == "count-record"]
    (said,) = down(count.key).children
    assert (said.label, said.value, said.detail["entry"], said.detail["how"]) == (
        "anna", "it ran all night", jump.held_id, "jump",
    )  # fmt: skip
