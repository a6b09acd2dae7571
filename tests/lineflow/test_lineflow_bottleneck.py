"""Which unit holds a line back, by the active period method."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import WORDS, records

from dovetail.core.clock import SECOND_US
from dovetail.lineflow.bottleneck import Holding, bottlenecks
from dovetail.lineflow.standing import spells


def held(told: Mapping[str, str], *spans_s: tuple[int, int]) -> list[Holding]:
    found = {ord(name) - 96: records(ord(name) - 96, line) for name, line in told.items()}
    end_us = max(one.t1_us or 0 for told_ in found.values() for one in told_)
    spans = [(t0 * SECOND_US, t1 * SECOND_US) for t0, t1 in spans_s] or [(0, end_us)]
    return bottlenecks({unit: spells(one, 0, end_us) for unit, one in found.items()}, spans)


def said(found: list[Holding]) -> str:
    return ", ".join(
        f"{one.t0_us // SECOND_US}-{one.t1_us // SECOND_US} {chr(96 + one.unit)}"
        + (f"→{chr(96 + one.then)}" if one.then else "")
        for one in found
    )


CASES = {
    "who never waits": ({"a": "run 60", "b": "run 20, starved 30, run 60"}, "0-60 a"),
    "a repair is active time": ({"a": "run 20, jam 40, run 60", "b": "run 25, starved 40, run 60"}, "0-60 a"),
    "it shifts while both are active": ({"a": "run 40, blocked 60", "b": "starved 30, run 60"},
        "0-30 a, 30-40 a→b, 40-60 b"),
    "it jumps where both wait": ({"a": "run 30, blocked 60", "b": "starved 40, run 60"}, "0-30 a, 40-60 b"),
    "no data is no activity": ({"a": "nothing 60", "b": "starved 20, run 60"}, "20-60 b"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_bottleneck_is(name: str) -> None:
    told, expected = CASES[name]
    assert said(held(told)) == expected


def test_a_break_ends_what_was_active() -> None:
    told = {"a": "run 30, blocked 60", "b": "starved 20, run 60"}
    assert said(held(told, (0, 25), (35, 60))) == "0-25 a, 35-60 b"


@given(
    told=st.fixed_dictionaries(
        {
            unit: st.lists(st.sampled_from(sorted(WORDS)), min_size=6, max_size=6).map(
                lambda words: ", ".join(f"{word} {10 * (place + 1)}" for place, word in enumerate(words))
            )
            for unit in "abc"
        }
    )
)
def test_at_every_moment_one_unit_holds_the_line_back_and_it_is_active(told: dict[str, str]) -> None:
    found = held(told)
    assert all(one.t0_us < one.t1_us for one in found)
    assert all(before.t1_us <= after.t0_us for before, after in pairwise(found))
    assert all(_is_active(told[chr(96 + one.unit)], one.t0_us) for one in found)


def _is_active(line: str, at_us: int) -> bool:
    word = line.split(", ")[at_us // (10 * SECOND_US)].split()[0]
    return word not in ("starved", "blocked", "nothing")
