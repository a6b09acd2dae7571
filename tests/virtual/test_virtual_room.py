"""Computed tags on the walk: as far as their inputs are known, again where samples came late, the same after a kill."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from virtual_floor import FLOW, NUMBERS, ON, POWER, PRODUCT, PUMP, PUMP_MARK, SCOPE, Floor, at

from dovetail.core import faults
from dovetail.core.batch import Kind

SPECIFIC = {"specific": ("power / flow", Kind.F64)}


def begun(floor: Floor) -> Floor:
    floor.apply(0, SPECIFIC)
    floor.send([(POWER, 1, 10.0), (FLOW, 2, 5.0)], a=3, b=3)
    floor.drain()
    return floor


def test_a_tag_is_computed_of_two_machines(floor: Floor) -> None:
    begun(floor)
    assert floor.told("specific") == [(0, None, "BAD"), (2, 2.0, "GOOD")]
    assert floor.good_through() == 3


def test_it_is_known_no_further_than_all_its_inputs(floor: Floor) -> None:
    begun(floor).send([(POWER, 5, 20.0)], a=9)
    floor.drain()
    assert floor.told("specific")[-1] == (2, 2.0, "GOOD")
    assert floor.good_through() == 3
    floor.send([(FLOW, 7, 10.0)], b=8)
    floor.drain()
    assert floor.told("specific")[-2:] == [(5, 4.0, "GOOD"), (7, 2.0, "GOOD")]
    assert floor.good_through() == 8


def test_a_lost_link_is_no_value(floor: Floor) -> None:
    begun(floor).send([(FLOW, 5, None)], a=9, b=9)
    floor.drain()
    assert floor.told("specific")[-1] == (5, None, "BAD_NOT_CONNECTED")


def test_a_division_by_zero_says_why(floor: Floor) -> None:
    begun(floor).send([(FLOW, 5, 0.0)], a=9, b=9)
    floor.drain()
    (sample,) = floor.historian.last([NUMBERS[10, "specific"]], scope=SCOPE).values()
    assert (sample.value, sample.native) == (None, 2)


def test_a_late_sample_is_computed_again(floor: Floor) -> None:
    begun(floor).send([(FLOW, 10, 10.0)], a=12, b=12)
    floor.drain()
    floor.send([(POWER, 6, 30.0)])
    floor.drain()
    assert floor.told("specific") == [(0, None, "BAD"), (2, 2.0, "GOOD"), (6, 6.0, "GOOD"), (10, 3.0, "GOOD")]
    floor.send([(POWER, 2, 50.0), (POWER, 8, 10.0)])
    floor.drain()
    assert floor.told("specific")[1:] == [(2, 10.0, "GOOD"), (6, 6.0, "GOOD"), (8, 2.0, "GOOD"), (10, 1.0, "GOOD")]


def test_what_was_right_first_is_right_again(floor: Floor) -> None:
    begun(floor)
    floor.send([(POWER, 2, 50.0)])
    floor.drain()
    floor.send([(POWER, 2, 10.0, 0xC0 | 1 << 11)])  # said again by its source
    floor.drain()
    assert floor.told("specific") == [(0, None, "BAD"), (2, 2.0, "GOOD")]


def test_tags_follow_from_tags_of_other_equipment(floor: Floor) -> None:
    floor.apply(0, SPECIFIC, {"high": ("on_delay(tag('../mixer.specific') > 3, '2 s')", Kind.BOOL)})
    floor.send([(POWER, 1, 10.0), (FLOW, 2, 5.0), (POWER, 4, 20.0)], a=9, b=9)
    floor.drain()
    assert floor.told("high", node=PUMP) == [(0, None, "BAD"), (2, False, "GOOD"), (6, True, "GOOD")]
    assert floor.good_through(PUMP_MARK) == 9
    floor.send([(POWER, 5, 10.0)])
    floor.drain()
    assert floor.told("high", node=PUMP) == [(0, None, "BAD"), (2, False, "GOOD")]


def test_timers_run_by_good_through_alone(floor: Floor) -> None:
    floor.apply(0, {"stopped": ("on_delay(not on, '5 s')", Kind.BOOL)})
    floor.send([(ON, 0, True), (ON, 10, False)], a=12)
    floor.drain()
    assert floor.told("stopped") == [(0, False, "GOOD")]
    floor.send(a=20)
    floor.drain()
    assert floor.told("stopped") == [(0, False, "GOOD"), (15, True, "GOOD")]


def test_what_production_says_is_an_input_too(floor: Floor) -> None:
    floor.apply(0, {"cola": ("product == 'cola' and on", Kind.BOOL)})
    floor.send([(ON, 0, True), (PRODUCT, 1, "cola")], a=5)
    floor.drain()
    assert floor.told("cola")[-1] == (1, True, "GOOD")


def test_what_no_link_brings_is_computed_with_every_link_cut(floor: Floor) -> None:
    floor.apply(0, {"long": ("on_delay(product == 'cola', '1 min')", Kind.BOOL)})
    floor.send([(PRODUCT, 1, "cola")])
    floor.drain()
    assert floor.told("long")[-1] == (61, True, "GOOD")
    floor.clock.tick(90_000_000)
    floor.drain()
    assert at(floor.good_through() or 0) == floor.clock.now_us() - 1_000_000


@pytest.mark.parametrize("from_s", [20.0, 5.0])
def test_another_expression_holds_from_when_it_says(floor: Floor, from_s: float) -> None:
    begun(floor).send(a=12, b=12)
    floor.drain()
    floor.apply(from_s, {"specific": ("power * flow", Kind.F64)})
    floor.send(a=30, b=30)
    floor.drain()
    assert floor.told("specific")[1:] == [(2, 2.0, "GOOD"), (from_s, 50.0, "GOOD")]


def test_a_tag_that_is_added_for_the_past_is_filled_in_from_there(floor: Floor) -> None:
    begun(floor).send([(POWER, 6, 30.0)], a=12, b=12)
    floor.drain()
    floor.apply(4, SPECIFIC | {"double": ("power * 2", Kind.F64)})
    floor.reopen()  # killed before it was computed
    floor.drain()
    assert floor.told("double") == [(0, None, "BAD"), (4, 20.0, "GOOD"), (6, 60.0, "GOOD")]


def test_repeating_everything_adds_nothing(floor: Floor) -> None:
    begun(floor).send([(POWER, 6, 30.0)], a=12, b=12)
    floor.drain()
    stored = [one.stored for one in floor.historian.delivery() if one.source == "virtual"]
    for _ in range(3):
        floor.reopen()
        floor.drain()
    assert [one.stored for one in floor.historian.delivery() if one.source == "virtual"] == stored


class Killed(Exception):
    pass


@pytest.mark.parametrize("name", ["historian.written", "historian.stored", "virtual.put"])
def test_a_kill_between_any_two_steps_loses_and_doubles_nothing(
    new_floor: Callable[[], Floor], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def tell(floor: Floor, *, kill: bool) -> list[object]:
        begun(floor)
        floor.send([(POWER, 6, 30.0), (FLOW, 1, 4.0)], a=12, b=12)

        def die(point: str) -> None:
            if point == name:
                raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(faults, "on_point", die if kill else faults.on_point)
            with suppress(Killed):
                floor.room.step(50)
        floor.reopen()
        floor.drain()
        return [floor.told("specific"), floor.good_through()]

    assert tell(new_floor(), kill=True) == tell(new_floor(), kill=False)


def test_a_stalled_neighbour_does_not_hold_up_others(floor: Floor) -> None:
    floor.apply(0, {"double": ("power * 2", Kind.F64)}, {"flows": ("tag('../mixer.flow') > 0", Kind.BOOL)})
    floor.send([(POWER, 1, 10.0), (FLOW, 1, 1.0)], a=3, b=3)
    floor.send([(POWER, 20, 30.0)], a=30)
    floor.drain()
    assert floor.told("double")[-1] == (20, 60.0, "GOOD")
    assert (floor.good_through(), floor.good_through(PUMP_MARK)) == (30, 3)
