"""The plan of a shift opens into its parts: the same numbers as on the board, each to be computed again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from performance_world import AREA, BARE_LINE, FILLER, LINE, Job, counted, state
from test_pace_shift import Shop, at, ran, shop

from dovetail.core.clock import MINUTE_US, from_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.insight.boarding import Boards
from dovetail.pace.planned import PlanOut

__all__ = ["shop"]  # the fixture


def plan_of(shop: Shop, equipment_id: int, from_us: int, to_us: int) -> PlanOut:
    shop.settle()
    return shop.pace().plans.plan(equipment_id, from_us, to_us, scope=shop.everyone)


def in_minutes(us: int) -> int:
    return us // MINUTE_US


def two_products(shop: Shop) -> None:
    """Cola at sixty a minute until 07:40, then lemon at half of that; nothing is known from 08:00 to 08:10."""
    records = [
        state(FILLER, at(0), at(60), "Execute"),
        state(FILLER, at(60), at(70), "NO_DATA"),
        state(FILLER, at(70), None, "Execute"),
    ]
    counts = [counted(FILLER, at(n), at(n + 1), "good", 40) for n in range(90)]
    jobs = [Job("j1", "cola", at(0), at(40)), Job("j2", "lemon", at(40), None, standard_rate_upm=30.0)]
    shop.world.say(FILLER, records=records, counts=counts, jobs=jobs, moved=(at(0), None))


@pytest.mark.parametrize("told", [ran, two_products])
def test_every_hour_of_the_board_opens_into_the_numbers_that_it_shows(shop: Shop, told: Callable[[Shop], None]) -> None:
    told(shop)
    shop.settle()
    board = Boards(shop.room).board(FILLER, "current", scope=shop.everyone)
    for hour in board.hours:
        plan = plan_of(shop, FILLER, from_rfc3339(hour.start), from_rfc3339(hour.end))
        assert (plan.planned, plan.good, plan.difference) == (hour.planned, hour.good, hour.difference), hour.start
    first, last = board.hours[0], board.hours[-1]
    whole = plan_of(shop, FILLER, from_rfc3339(first.start), from_rfc3339(last.end))
    live = shop.told(FILLER).pace
    assert (whole.planned, whole.due, whole.difference) == (live.planned, live.due, live.difference)
    assert whole.planned == board.totals.planned
    assert None not in (whole.rest, whole.due, whole.good)
    assert live.projected == (whole.good or 0) + round(whole.good_known * (whole.rest or 0) / (whole.due or 1))


def test_the_parts_are_planned_minutes_times_a_rate_and_add_up(shop: Shop) -> None:
    two_products(shop)
    plan = plan_of(shop, FILLER, at(0), at(4 * 60))
    told = [
        (
            in_minutes(from_rfc3339(part.start) - at(0)),
            in_minutes(part.busy_us),
            part.rate_upm,
            part.products,
            part.ahead,
        )
        for part in plan.parts
    ]
    assert told == [
        (0, 40, 60.0, ["cola"], False),
        (40, 50, 30.0, ["lemon"], False),
        (90, 30, 30.0, [], True),  # until the meal
        (120, 0, 30.0, [], True),
        (150, 90, 30.0, [], True),
    ]
    assert all(part.pieces == part.busy_us / MINUTE_US * (part.rate_upm or 0.0) for part in plan.parts)
    assert plan.planned == sum(part.pieces or 0.0 for part in plan.parts)


def test_what_was_due_while_nothing_was_known_is_not_held_against_the_shift(shop: Shop) -> None:
    two_products(shop)
    plan = plan_of(shop, FILLER, at(0), at(90))
    assert (plan.planned, plan.due) == (40 * 60 + 50 * 30, 40 * 60 + 40 * 30)
    assert plan.known_us == 80 * MINUTE_US


def test_hours_to_come_have_a_plan_and_nothing_due(shop: Shop) -> None:
    ran(shop)
    plan = plan_of(shop, FILLER, at(180), at(240))
    assert (plan.planned, plan.due, plan.good, plan.difference) == (3600, None, None, None)


def test_of_a_line_it_is_the_plan_of_its_constraint(shop: Shop) -> None:
    ran(shop)
    plan = plan_of(shop, LINE, at(0), at(60))
    assert (plan.unit_id, plan.planned) == (FILLER, 3600)


@pytest.mark.parametrize("equipment_id, hint", [(AREA, "machine or a line"), (BARE_LINE, "constraint")])
def test_what_has_no_plan_of_its_own_says_why(shop: Shop, equipment_id: int, hint: str) -> None:
    with pytest.raises(NotFoundError) as refused:
        plan_of(shop, equipment_id, at(0), at(60))
    assert hint in (refused.value.hint or "")
