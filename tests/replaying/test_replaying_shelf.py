"""What is derived again lies packed out of memory, and is told piece by piece as if all of it were there at once."""

from __future__ import annotations

from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.errors import LinkError
from dovetail.core.limits import REPLAY_PIECES_HELD
from dovetail.replaying.model import Longest, Moved, differences
from dovetail.replaying.shelf import Again, Shelf
from dovetail.states.model import CountRecord, StateRecord

EDGES = st.lists(st.integers(0, 40), min_size=2, max_size=12, unique=True).map(sorted)
WORDS = st.lists(st.sampled_from(["Execute", "Held", "Idle"]), min_size=12, max_size=12)


def told(edges: list[int], words: list[str]) -> list[StateRecord]:
    """Records that follow each other; the last goes on."""
    ends = [*edges[1:], None]
    return [StateRecord(1, t0, t1, word, "", None, False) for t0, t1, word in zip(edges, ends, words, strict=False)]


@given(
    EDGES, WORDS, st.lists(st.integers(0, 12), max_size=4), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)))
)
def test_a_stretch_is_told_as_if_all_were_in_memory(
    edges: list[int], words: list[str], cuts: list[int], counted: list[tuple[int, int]]
) -> None:
    records = told(edges, words)
    counts = [CountRecord(1, at_us, at_us + lasts_us, "good", 1, "counter", 7) for at_us, lasts_us in counted]
    shelf = Shelf()
    again = Again(0, shelf)
    for first, last in pairwise([0, *sorted(cuts), 12]):
        again.add(records[first:last], counts[first:last])
    again.add(records[12:], counts[12:])
    for from_us, to_us in [(0, 50), (7, 8), (13, 21), (39, 41)]:
        touching = [one for one in records if one.t0_us < to_us and (one.t1_us is None or one.t1_us > from_us)]
        assert again.between(from_us, to_us) == touching
        pieces = [one for one in counts if one.t1_us > from_us and one.t0_us < to_us]
        assert again.counted(from_us, to_us) == sorted(pieces, key=lambda one: (one.t0_us, one.t1_us, one.kind))
    shelf.close()


def test_of_a_year_a_few_days_are_held_unpacked() -> None:
    shelf = Shelf()
    again = Again(0, shelf)
    for day in range(366):
        begin_us = day * DAY_US
        again.add([StateRecord(1, begin_us, begin_us + DAY_US, "Execute", "", None, False)], [])
    for day in range(366):
        assert len(again.between(day * DAY_US + HOUR_US, day * DAY_US + 2 * HOUR_US)) == 1
    read = shelf.get.cache_info()
    assert (read.misses, read.currsize) == (366, REPLAY_PIECES_HELD)
    shelf.close()


@given(EDGES, EDGES, WORDS, st.lists(st.integers(1, 39), max_size=4, unique=True).map(sorted), st.integers(1, 3))
def test_the_longest_stretches_part_by_part_are_those_of_all_at_once(
    edges: list[int], others: list[int], words: list[str], cuts: list[int], most: int
) -> None:
    was, would = told(edges, words), told(others, words[::-1])
    moved = Longest(most)
    us = sum(moved.take(was, would, t0_us, t1_us) for t0_us, t1_us in pairwise([0, *cuts, 40]))
    whole: list[Moved] = differences(was, would, 0, 40)
    assert moved.done() == whole[:most]
    assert (moved.total, us) == (len(whole), sum(one.us for one in whole))


def test_a_disk_without_room_is_told_with_who_can_mend_it() -> None:
    shelf = Shelf()
    shelf._file = Path("/dev/full").open("r+b")  # noqa: SIM115 - where nothing is ever taken; closed by the shelf
    with pytest.raises(LinkError, match="finds no room") as told_of, closing(shelf):
        for at_us in range(2):
            shelf.put(told([at_us, at_us + 1], ["Held"]), ())
    assert (told_of.value.code, "administrator" in str(told_of.value.hint)) == ("disk-full", True)
