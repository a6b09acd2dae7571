"""What the level of a buffer says of a machine that does not say itself whom it waits for."""

from __future__ import annotations

import pytest
from lines import records

from dovetail.core.clock import SECOND_US
from dovetail.lineflow.levels import Level
from dovetail.lineflow.standing import inferred, spells

EVER_S = 200


def level(*told: tuple[int, float | None], capacity: int | None = 80) -> Level:
    return Level([second * SECOND_US for second, _ in told], [pieces for _, pieces in told], capacity)


def waited(up: str, own: str, down: str, levels: tuple[Level | None, Level | None]) -> list[tuple[str, str]]:
    """(what, who says so) of everything in which the middle machine did not run."""
    near, here, far = (spells(records(unit, told), 0, EVER_S * SECOND_US) for unit, told in enumerate((up, own, down)))
    found = inferred(here, [near], [far], levels=levels)
    return [(one.kind, one.how) for one in found if one.kind != "run"]


RUNS, MIDDLE = "run 200", "run 100, idle 150, run 200"
STOOD = "run 50, jam 150, run 200"


@pytest.mark.parametrize("up, down, before, behind, expected", [
    # where pieces lay or room was, it stood by itself, whatever its neighbour did
    # up     down   before                          behind                          what it waited for
    (STOOD,  RUNS,  level((0, 40), (99, 0)),        None,                           [("starved", "level")]),
    (STOOD,  RUNS,  level((0, 40)),                 None,                           [("own", "record")]),
    (RUNS,   STOOD, None,                           level((0, 40), (99, 80)),       [("blocked", "level")]),
    (RUNS,   STOOD, None,                           level((0, 40)),                 [("own", "record")]),
    # the machine before runs, but too slowly: nobody else would tell
    (RUNS,   RUNS,  level((0, 40), (99, 1)),        level((0, 40)),                 [("starved", "level")]),
    # a level that nobody knows says nothing: what the neighbours do counts
    (STOOD,  RUNS,  level((0, 40), (90, None)),     None,                           [("starved", "inferred")]),
    (RUNS,   STOOD, None,                           level((0, 90), capacity=None),  [("blocked", "inferred")]),
    # empty before and full behind cannot both be why: the side that stood last
    (STOOD,  RUNS,  level((0, 0)),                  level((0, 80)),                 [("starved", "level")]),
])  # fmt: skip
def test_an_empty_buffer_starves_and_a_full_one_blocks(
    up: str, down: str, before: Level | None, behind: Level | None, expected: list[tuple[str, str]]
) -> None:
    assert waited(up, MIDDLE, down, (before, behind)) == expected


def test_a_stop_with_a_reason_is_its_own_whatever_the_buffers_say() -> None:
    assert waited(STOOD, "run 100, jam 150, run 200", RUNS, (level((0, 0)), level((0, 80)))) == [("own", "record")]
