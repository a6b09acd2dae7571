"""Who is to blame for a lost second of a line, case by case."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import WORDS, blamed, said

from dovetail.core.clock import SECOND_US
from dovetail.lineflow.model import Buffer

CASES: dict[str, tuple[dict[str, str], dict[str, Any], str]] = {
    # what each unit did, seconds                              the line           what unit `a` (or `at`) lost it to
    "its own stop": ({"a": "run 10, jam 30, run 40"}, {}, "0-10 a pace, 10-30 a jam, 30-40 a pace"),
    "the neighbour behind": (
        {"a": "run 15, blocked 25, run 40", "b": "run 10, jam 25, run 40"}, {},
        "0-15 a pace, 15-25 b jam, 25-40 a pace",
    ),
    "two machines further on": (
        {"a": "run 20, blocked 40", "b": "run 15, blocked 40", "c": "run 10, motor 40"}, {},
        "0-20 a pace, 20-40 c motor",
    ),
    "until it is back, the same cause": (
        {"a": "run 15, blocked 35, run 40", "b": "run 10, jam 25, run 40"}, {},
        "0-15 a pace, 15-35 b jam, 35-40 a pace",
    ),
    "another stop takes over": (
        {"a": "run 15, blocked 40", "b": "run 10, jam 20, run 25, motor 40"}, {},
        "0-15 a pace, 15-25 b jam, 25-40 b motor",
    ),
    "it runs, but too slowly": (
        {"a": "run 40", "b": "run 20, starved 30, run 40"}, {"at": "b"},
        "0-20 b pace, 20-30 a pace, 30-40 b pace",
    ),
    "nothing comes from outside": (
        {"a": "run 10, starved 20", "b": "run 20"}, {}, "0-10 a pace, 10-20 a starved",
    ),
    "nobody knows what the neighbour did": (
        {"a": "run 10, blocked 20", "b": "run 5, nothing 20"}, {}, "0-10 a pace, 10-20 b no_data",
    ),
    "a conveyor in between": (  # what `a` did five seconds ago is felt now
        {"a": "run 10, jam 20, run 40", "b": "run 15, starved 25, run 40"},
        {"at": "b", "buffers": {"b": Buffer(transport_us=5 * SECOND_US)}},
        "0-15 b pace, 15-25 a jam, 25-40 b pace",
    ),
    "a long conveyor: it was mended before the gap arrived": (
        {"a": "run 10, jam 20, run 60", "b": "run 30, starved 40, run 60"},
        {"at": "b", "buffers": {"b": Buffer(transport_us=20 * SECOND_US)}},
        "0-30 b pace, 30-40 a jam, 40-60 b pace",
    ),
    "side by side, the one that stopped last": (
        {"a": "run 20, jam 40", "b": "run 5, motor 40", "c": "run 20, starved 40"},
        {"at": "c", "steps": ["ab", "c"]},
        "0-20 c pace, 20-40 a jam",
    ),
    "along a lane, the machine before it and not the one beside": (
        {"a": "run 40", "b": "run 10, jam 40", "c": "run 15, starved 40", "d": "run 5, motor 40", "e": "run 40"},
        {"at": "c", "steps": ["a", "bcd", "e"], "lanes": ["bc"]},
        "0-15 c pace, 15-40 b jam",
    ),
    "behind two lanes, through the last of the one that stopped last": (
        {"a": "run 40", "b": "run 10, jam 40", "c": "run 15, starved 40", "d": "run 5, motor 40",
         "e": "run 20, starved 40"},
        {"at": "e", "steps": ["a", "bcd", "e"], "lanes": ["bc"]},
        "0-20 e pace, 20-40 b jam",
    ),
    "before two lanes, the first of each takes its pieces": (
        {"a": "run 20, blocked 40", "b": "run 15, blocked 40", "c": "run 10, jam 40", "d": "run 5, motor 40",
         "e": "run 40"},
        {"steps": ["a", "bcd", "e"], "lanes": ["bc"]},
        "0-20 a pace, 20-40 c jam",
    ),
    "a lane that goes on: the pace of the other's neighbours": (
        {"a": "run 20, blocked 40", "b": "run 40", "c": "run 40", "d": "run 5, motor 40", "e": "run 40"},
        {"steps": ["a", "bcd", "e"], "lanes": ["bc"]},
        "0-20 a pace, 20-40 d motor",
    ),
    "side by side, the one that stands while the other runs": (
        {"a": "run 40", "b": "run 5, motor 40", "c": "run 20, starved 40"},
        {"at": "c", "steps": ["ab", "c"]},
        "0-20 c pace, 20-40 b motor",
    ),
    "around a reason": ({"a": "run 10, completing 12, changeover 30, idle 33, run 40"}, {},
        "0-10 a pace, 10-33 a changeover, 33-40 a pace"),
    "a second reason in one standstill": ({"a": "run 10, motor 20, clearing 24, jam 30, run 40"}, {},
        "0-10 a pace, 10-24 a motor, 24-30 a jam, 30-40 a pace"),
    "not across a break": ({"a": "run 10, motor 20, idle 30, run 40"}, {"cuts_s": [20, 25]},
        "0-10 a pace, 10-20 a motor, 20-30 a ?, 30-40 a pace"),
    "around a wait": ({"a": "run 10, suspending 11, blocked 20, unsuspending 22, run 30", "b": "run 8, jam 20, run 30"},
        {}, "0-10 a pace, 10-22 b jam, 22-30 a pace"),
    "each waits for the other": ({"a": "blocked 20", "b": "starved 20"}, {}, "0-20 a unclear"),
    "no signal says that it waits": (
        {"a": "run 15, idle 30, run 40", "b": "run 10, jam 30, run 40"}, {"silent": ["a"]},
        "0-15 a pace, 15-30 b jam (inferred), 30-40 a pace",
    ),
    "no signal, and nobody stood before it": (
        {"a": "run 15, idle 30, run 40", "b": "run 20, jam 30, run 40"}, {"silent": ["a"]},
        "0-15 a pace, 15-30 a ?, 30-40 a pace",
    ),
    "no signal, but a reason of its own": (
        {"a": "run 15, jam 30, run 40", "b": "run 10, motor 30, run 40"}, {"silent": ["a"]},
        "0-15 a pace, 15-30 a jam, 30-40 a pace",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_lost_second_comes_from(name: str) -> None:
    told, given_, expected = CASES[name]
    line = dict(given_)
    assert said(blamed(told, line.pop("at", "a"), **line)) == expected


def test_every_step_of_the_way_is_named() -> None:
    told = {"a": "run 20, blocked 40", "b": "run 15, blocked 40", "c": "run 10, motor 40"}
    (_, piece) = blamed(told, "a")
    assert [(link.unit, link.record_us // SECOND_US, link.kind) for link in piece.trail] == [
        (1, 20, "blocked"), (2, 15, "blocked"), (3, 10, "own")
    ]  # fmt: skip
    assert piece.stop_us == 10 * SECOND_US


@st.composite
def _timelines(draw: st.DrawFn) -> dict[str, str]:
    """Any four timelines of a minute: also such as no machine would ever have."""
    told: dict[str, str] = {}
    for unit in "abcd":
        ends = sorted({*draw(st.lists(st.integers(1, 59), max_size=6)), 60})
        told[unit] = ", ".join(f"{draw(st.sampled_from(sorted(WORDS)))} {end}" for end in ends)
    return told


@given(
    told=_timelines(),
    unit=st.sampled_from("abcd"),
    steps=st.sampled_from([["a", "b", "c", "d"], ["ab", "c", "d"], ["a", "bc", "d"]]),
    delay_s=st.integers(0, 70),
    silent=st.sampled_from([[], ["a"], ["b", "c"]]),
)
def test_every_moment_has_exactly_one_cause(
    told: dict[str, str], unit: str, steps: list[str], delay_s: int, silent: list[str]
) -> None:
    buffers = {"c": Buffer(transport_us=delay_s * SECOND_US)}
    pieces = blamed(told, unit, steps=steps, buffers=buffers, cuts_s=[20, 40], silent=silent)
    ends = [0, *(piece.t1_us for piece in pieces)]
    assert [piece.t0_us for piece in pieces] == ends[:-1]
    assert ends[-1] == 60 * SECOND_US
    assert all(piece.trail[0].unit == ord(unit) - 96 and piece.trail[-1].unit == piece.cause.unit for piece in pieces)
