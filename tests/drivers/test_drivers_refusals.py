"""Addresses that a controller does not have: asked for again soon, few at once, and all when one of them is back."""

from __future__ import annotations

from dovetail.drivers.refusals import AGAIN_US, AT_ONCE_MAX, Refusals

MANY = {at: f"DB{at}" for at in range(10)}


def refused(*, at_us: int = 0) -> Refusals[str]:
    made: Refusals[str] = Refusals()
    for key in MANY.values():
        made.note(key, 2, now_us=at_us)
    return made


def test_a_refused_address_sleeps_and_its_code_is_known() -> None:
    assert refused().asleep(MANY, now_us=AGAIN_US - 1) == dict.fromkeys(MANY, 2)


def test_few_of_many_are_asked_again_at_once_and_each_has_its_turn() -> None:
    held = refused()
    turns: list[set[int]] = []
    for _ in range(3):
        asked = set(MANY) - set(held.asleep(MANY, now_us=AGAIN_US))
        turns.append(asked)
        for at in asked:
            held.note(MANY[at], 2, now_us=AGAIN_US)
    assert [len(asked) for asked in turns] == [AT_ONCE_MAX, AT_ONCE_MAX, len(MANY) - 2 * AT_ONCE_MAX]
    assert set.union(*turns) == set(MANY)


def test_when_one_is_back_all_are_asked() -> None:
    held = refused()
    assert held.accept("DB3")
    assert held.asleep(MANY, now_us=1) == {}


def test_what_was_never_refused_is_no_news() -> None:
    assert not refused().accept("DB77")
