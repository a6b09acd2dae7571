"""Whoever turns the pages of an answer reads on in it; nobody else does, and not for long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Actor, Scope
from dovetail.slowrunning import keeping
from dovetail.slowrunning.keeping import KEPT_US, Kept, Question
from dovetail.slowrunning.model import SlowRule, SlowStretch
from dovetail.slowrunning.service import OfUnit, SlowRunning
from dovetail.testing.clock import ManualClock

ANNA = Scope(Actor("p1", "Anna"), at={"plant.view": frozenset({1, 2})})
ASKED = Question(ANNA, 1, 0, 10, None)
SLOW = SlowStretch(1, 0, 10, rule=SlowRule(850_000, 1), produced=1, theoretical_mu=1, ideal_ns=1, products=())


def answer(stretches: int) -> SlowRunning:
    unit = OfUnit(1, None, [SLOW] * stretches)
    return SlowRunning(until_us=10, units=[unit], speed_us=None, slow_us=0, partial=False, hints=[])


MANY = answer(PAGE_MAX + 1)


def test_the_next_page_is_read_from_the_same_answer(clock: ManualClock) -> None:
    kept = Kept(clock)
    number = kept.keep(ASKED, MANY)
    assert kept.find(number, ASKED) is MANY
    assert kept.find(number + 1, ASKED) is None
    clock.tick(KEPT_US + 1)
    assert kept.find(number, ASKED) is None


@pytest.mark.parametrize(
    "other",
    [
        {"to_us": 11},
        {"equipment_id": 2},
        {"as_of": 7},
        {"scope": replace(ANNA, actor=Actor("p2", "Ben"))},
        {"scope": replace(ANNA, at={"plant.view": frozenset({1})})},  # she may see less than when she asked
    ],
)
def test_another_question_is_not_answered_from_it(clock: ManualClock, other: dict[str, Any]) -> None:
    kept = Kept(clock)
    assert kept.find(kept.keep(ASKED, MANY), replace(ASKED, **other)) is None


def test_what_has_one_page_or_too_many_is_not_kept(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(clock)
    assert kept.keep(ASKED, answer(PAGE_MAX)) == 0
    monkeypatch.setattr(keeping, "STRETCHES_MAX", PAGE_MAX)
    assert kept.keep(ASKED, MANY) == 0


def test_who_asked_longest_ago_is_let_go(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEPT_MAX", 2)
    kept = Kept(clock)
    first, second = kept.keep(ASKED, MANY), kept.keep(ASKED, MANY)
    assert kept.find(first, ASKED) is MANY
    third = kept.keep(ASKED, MANY)
    assert [kept.find(one, ASKED) is MANY for one in (first, second, third)] == [True, False, True]
