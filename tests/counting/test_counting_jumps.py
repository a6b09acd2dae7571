"""Counters that misbehave, exact to the piece; and what a person decides on the jumps that were held."""

from __future__ import annotations

from itertools import pairwise

import pytest
from counting_plant import Plant, at, when

from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope
from dovetail.counting.model import held_id, read_held_id
from dovetail.states.model import HeldJump


def counter(plant: Plant, readings, *, until: float = 60) -> None:
    """The filler runs from the start; its counter is read at these minutes (None: it cannot be read)."""
    plant.now(until)
    plant.send([("state", 0, 6), *(("total", minute, value) for minute, value in readings)], mark=until)
    plant.work()


JUMP, SWAP = ("jump", 8_000), ("swap", 0)  # a jump back is as if by another counter


@pytest.mark.parametrize("case, readings, good, held", [
    # case                          (minute, reading)                                        good   held, pieces
    ("the first reading",           [(0, 5_000)],                                            0,     []),
    ("one by one",                  [(0, 5_000), (1, 5_100), (2, 5_300)],                    300,   []),
    ("rolls over at 65536",         [(0, 65_500), (1, 64)],                                  100,   []),
    ("rolls over to 0",             [(0, 65_535), (1, 0), (2, 9)],                           10,    []),
    ("past the mark of 16 bit",     [(0, 32_767), (1, 32_768), (2, 32_800)],                 33,    []),
    ("reset to 0",                  [(0, 5_000), (1, 0), (2, 90)],                           90,    []),
    ("reset, and on to 70",         [(0, 5_000), (1, 70), (2, 170)],                         170,   []),
    ("jump",                        [(0, 1_000), (1, 9_000), (2, 9_100)],                    100,   [JUMP]),
    ("jump, and back",              [(0, 1_000), (1, 9_000), (2, 1_100)],                    0,     [JUMP, SWAP]),
    ("two jumps",                   [(0, 0), (1, 8_000), (2, 16_000), (3, 16_001)],          1,     [JUMP, JUMP]),
    ("two backwards",               [(0, 1_000), (1, 998), (2, 1_050)],                      50,    []),
    ("a PLC with a lower counter",  [(0, 60_000), (1, 30_000), (2, 30_100)],                 100,   [SWAP]),
    ("a PLC with a higher counter", [(0, 3_000), (1, 60_000), (2, 60_100)],                  100,   [("jump", 57_000)]),
    ("unreadable in between",       [(0, 1_000), (1, None), (2, 1_150)],                     150,   []),
    ("unreadable at first",         [(0, None), (1, 7_000), (2, 7_001)],                     1,     []),
    ("an outage",                   [(0, 1_000), (1, 1_100), (1.5, None), (21, 3_000)],      2_000, []),
    ("a jump in an outage",         [(0, 1_000), (1, None), (2, 9_000), (3, 9_001)],         1,     [JUMP]),
    ("a reset in an outage",        [(0, 5_000), (1, None), (11, 1_200)],                    1_200, []),
    ("a roll-over in an outage",    [(0, 65_000), (1, None), (6, 464)],                      1_000, []),
    ("another PLC in an outage",    [(0, 60_000), (1, None), (2, 30_000), (3, 30_002)],      2,     [SWAP]),
])  # fmt: skip
def test_every_way_in_which_a_counter_misbehaves_to_the_piece(plant: Plant, case, readings, good, held) -> None:
    counter(plant, readings)
    found = plant.jumps(plant.filler)
    assert [(jump.now.cause, jump.now.quantity) for jump in found] == held, case
    assert plant.totals(plant.filler).get("good", 0) == plant.sums(plant.filler, 0, 60).get("good", 0) == good, case


@pytest.fixture
def jumped(plant: Plant) -> Plant:
    """A run with a stop: the counter moved by 8,000 while nobody could read it from minute 20 to 50."""
    plant.now(60)
    rows = [("state", 0, 6), ("state", 30, 11), ("state", 40, 6), ("total", 0, 0), ("total", 20, 2_000)]
    plant.send([*rows, ("total", 20.5, None), ("total", 50, 10_000), ("total", 51, 10_100)], mark=60)
    plant.work()
    return plant


def only(plant: Plant):
    (found,) = plant.jumps(plant.filler)
    return found


@pytest.mark.parametrize("given, good, at_slices", [
    ({},                                                     8_000, [4_000, 0, 4_000]),  # where it ran
    ({"quantity": 301},                                      301,   [151, 0, 150]),
    ({"quantity": 9_000},                                    9_000, [4_500, 0, 4_500]),  # the person knows better
    ({"quantity": 300, "start": when(20), "end": when(30)},  300,   [300, 0, 0]),
    ({"start": when(45), "end": when(50)},                   8_000, [0, 0, 8_000]),
    ({"start": when(32), "end": when(38), "quantity": 5},    5,     [0, 5, 0]),
])  # fmt: skip
def test_an_accepted_jump_is_counted_where_the_machine_ran(jumped: Plant, given, good, at_slices) -> None:
    before = [piece.pieces.good for piece in jumped.slices(jumped.filler, 0, 60)]
    done = jumped.done("count.accept_jump", {"held_id": only(jumped).held_id, **given}, reason="it ran")
    after = [piece.pieces.good for piece in jumped.slices(jumped.filler, 0, 60)]
    assert [new - old for old, new in zip(before, after, strict=True)] == at_slices
    assert (done.output.quantity, done.output.decision) == (good, "accepted")
    assert jumped.totals(jumped.filler) == {"good": 2_100 + good}
    said = [count for count in jumped.counts(jumped.filler) if getattr(count, "said", None)]
    assert [(one.spread, one.origin, one.said.by, one.said.why) for one in said] == [(True, "person", "anna", "it ran")]
    assert jumped.totals(jumped.filler, as_of=done.known - 1) == {"good": 2_100}
    assert jumped.sums(jumped.filler, 0, 60, as_of=done.known - 1) == {"good": 2_100}


def test_a_dismissed_jump_counts_nothing_and_says_why(jumped: Plant) -> None:
    name = only(jumped).held_id
    with pytest.raises(InvalidError, match="needs a reason"):
        jumped.do("count.dismiss_jump", {"held_id": name})
    out = jumped.do("count.dismiss_jump", {"held_id": name}, reason="the counter was set by hand")
    assert (out.decision, out.quantity) == ("dismissed", 0)
    assert jumped.totals(jumped.filler) == jumped.sums(jumped.filler, 0, 60) == {"good": 2_100}
    assert (only(jumped).decision.why, only(jumped).decision.by_name) == ("the counter was set by hand", "anna")


def test_a_decision_is_taken_back_and_made_anew_and_nobody_overwrites_anothers(jumped: Plant) -> None:
    name = only(jumped).held_id
    accepted = jumped.do("count.accept_jump", {"held_id": name})
    berta = Scope(Actor("b", "Berta"), at={p: frozenset({jumped.filler}) for p in ("plant.view", "count.review")})
    with pytest.raises(ConflictError, match="anna accepted 8000 at"):
        jumped.do("count.dismiss_jump", {"held_id": name}, reason="no", scope=berta)
    jumped.do("count.accept_jump", {"held_id": name, "quantity": 100, "again": True}, scope=berta)
    assert jumped.totals(jumped.filler) == {"good": 2_200}
    with pytest.raises(ConflictError, match="Berta accepted 100"):  # the first one's undo, too late
        jumped.do("count.reopen_jump", {"held_id": name, "decided": accepted.decided})
    jumped.do("count.reopen_jump", {"held_id": name})
    assert only(jumped).decision is None
    assert jumped.totals(jumped.filler) == jumped.sums(jumped.filler, 0, 60) == {"good": 2_100}
    with pytest.raises(NotFoundError):
        jumped.do("count.reopen_jump", {"held_id": name})


@pytest.mark.parametrize("given, error, says", [
    ({"start": when(19), "end": when(30)},  InvalidError,   "the counter moved between"),
    ({"start": when(40), "end": when(51)},  InvalidError,   "the counter moved between"),
    ({"start": when(30), "end": when(25)},  InvalidError,   "the counter moved between"),
    ({"held_id": "9-good-1"},               NotFoundError,  "no such held jump"),
    ({"held_id": "filler"},                 NotFoundError,  "no such held jump"),
])  # fmt: skip
def test_a_decision_that_cannot_be_is_refused(jumped: Plant, given, error, says) -> None:
    with pytest.raises(error, match=says):
        jumped.do("count.accept_jump", {"held_id": only(jumped).held_id, **given})
    assert jumped.totals(jumped.filler) == {"good": 2_100}


def test_reviewing_needs_its_own_permission(jumped: Plant) -> None:
    operator = Scope(Actor("o", "Otto"), at={p: frozenset({jumped.filler}) for p in ("plant.view", "count.enter")})
    with pytest.raises(RefusedError, match=r"permission count\.review here"):
        jumped.do("count.accept_jump", {"held_id": only(jumped).held_id}, scope=operator)


def test_between_two_counters_only_a_person_knows_the_number(plant: Plant) -> None:
    counter(plant, [(0, 60_000), (1, 30_000), (2, 30_100)])
    name = only(plant).held_id
    with pytest.raises(InvalidError, match="between 60000 and 30000 nobody knows"):
        plant.do("count.accept_jump", {"held_id": name})
    plant.do("count.accept_jump", {"held_id": name, "quantity": 40})
    assert plant.totals(plant.filler) == plant.sums(plant.filler, 0, 60) == {"good": 140}


def test_a_jump_of_the_scrap_counter_moves_pieces_from_good_to_scrap(plant: Plant) -> None:
    plant.now(60)
    rows = [("state", 0, 6), ("total", 0, 0), ("scrap", 0, 0), ("total", 1, 190), ("total", 2, 380)]
    plant.send([*rows, ("total", 3, 500), ("scrap", 3, 0), ("scrap", 3.1, 300)], mark=60)
    plant.work()
    assert plant.totals(plant.filler) == {"good": 500}
    plant.do("count.accept_jump", {"held_id": only(plant).held_id})
    assert plant.totals(plant.filler) == plant.sums(plant.filler, 0, 60) == {"good": 200, "scrap": 300}


@pytest.mark.parametrize("quantity, late, changed, gone, counted, undecided", [
    #  accepted  a late reading     the decided jump        counts  jumps that wait
    (  None,     (1.5, 5_000),      True,  False,           4_100,  2),  # half of it lies in another jump now
    (  3_000,    (1.5, 5_000),      True,  False,           3_000,  2),
    (  6_000,    (1.5, 5_000),      True,  False,           4_100,  2),  # no more than is still held
    (  None,     (1.5, 9_050),      True,  True,            0,      2),  # the next reading is near it: no jump there
    (  None,     (0.5, 1_050),      False, False,           8_000,  0),  # nothing of this jump
])  # fmt: skip
def test_late_samples_change_what_was_decided_on_and_it_is_marked(
    plant: Plant, quantity, late, changed, gone, counted, undecided
) -> None:
    counter(plant, [(0, 1_000), (1, 1_100), (2, 9_100), (3, 9_200)])
    given = {} if quantity is None else {"quantity": quantity}
    plant.do("count.accept_jump", {"held_id": f"{plant.filler}-total-{at(2)}", **given})
    plant.send([("total", *late)])
    plant.work()
    found = {jump.held_id: jump for jump in plant.jumps(plant.filler)}
    decided = found[f"{plant.filler}-total-{at(2)}"]
    assert (not decided.decision.still_seen(decided.now), decided.now is None) == (changed, gone)
    assert decided.decision.counted(decided.now) == counted
    waiting = [jump for jump in found.values() if jump.decision is None or not jump.decision.still_seen(jump.now)]
    assert len(waiting) == undecided
    assert plant.totals(plant.filler) == plant.sums(plant.filler, 0, 60)
    assert all(one.t1_us == two.t0_us for one, two in pairwise(plant.slices(plant.filler, 0, 60)))


def test_jumps_at_one_moment_have_names_of_their_own() -> None:
    first, second = (HeldJump(7, 4, 5, "total", 1, before, before + 900, 900, "jump") for before in (0, 900))
    other = HeldJump(7, 4, 5, "scrap", 2, 0, 900, 900, "jump")
    names = [held_id(one, [second, other, first]) for one in (first, second, other)]
    assert names == ["7-total-5", "7-total-5-2", "7-scrap-5"]
    assert [read_held_id(name) for name in names] == [(7, "total", 5), (7, "total", 5), (7, "scrap", 5)]


@pytest.mark.parametrize("text", ["", "7", "7-total", "x-total-5", "7-total--5", "7-total-5-x", f"7-total-{10**19}"])
def test_what_is_no_name_of_a_jump(text: str) -> None:
    assert read_held_id(text) is None
