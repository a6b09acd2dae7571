"""Expressions tried out and signals looked at, as the API and the terminal tell it."""

from __future__ import annotations

import numpy as np
import pytest
from virtual_floor import FLOW, MIXER, ON, POWER, PUMP, SCOPE, Floor, at

from dovetail.core.batch import Kind
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Actor, Scope
from dovetail.terminal.formulas import proposed, said
from dovetail.virtual.api import ExpressionIn, answer
from dovetail.virtual.retro_api import told


@pytest.fixture
def begun(floor: Floor) -> Floor:
    floor.apply(0, {"specific": ("power / flow", Kind.F64)})
    floor.send([(POWER, 1, 10.0), (FLOW, 2, 5.0), (POWER, 60, 20.0), (ON, 3, None)], a=70, b=70)
    floor.drain()
    return floor


@pytest.mark.parametrize(
    ("text", "second", "value", "unit", "quality"),
    [
        ("power * 2", 70, 40.0, None, "GOOD"),
        ("power + 2", 70, 22.0, "kW", "GOOD"),
        ("power + 2", 30, 12.0, "kW", "GOOD"),
        ("mean(power, '1 min') > 12", 50, False, None, "UNCERTAIN"),
        ("on and power > 1", 70, None, None, "BAD_NOT_CONNECTED"),
        ("tag('../mixer.specific') * 1", 70, 4.0, None, "GOOD"),
        ("'much' if power > 15 else 'little'", 70, "much", None, "GOOD"),
    ],
)
def test_an_expression_is_tried_out(
    begun: Floor, text: str, second: float, value: object, unit: str | None, quality: str
) -> None:
    asked = ExpressionIn(equipment_id=MIXER, expression=text, at=to_rfc3339(at(second)))
    found = answer(begun.room, asked, scope=SCOPE)
    assert (found.fault, found.value, found.unit, found.quality_name) == (None, value, unit, quality)


def test_a_fault_is_part_of_the_answer(begun: Floor) -> None:
    found = answer(begun.room, ExpressionIn(equipment_id=MIXER, expression="2 * pwoer"), scope=SCOPE)
    assert found.fault is not None
    assert (found.fault.at, found.fault.end, found.fault.hint) == (4, 9, "did you mean power?")
    assert said("2 * pwoer", found.model_dump())[:3] == ["there is no tag pwoer", "  2 * pwoer", "      ^^^^^"]


def test_what_it_names_is_shown_with_what_it_says(begun: Floor) -> None:
    asked = ExpressionIn(equipment_id=PUMP, expression="tag('../mixer.power') / 0", at=to_rfc3339(at(70)))
    found = answer(begun.room, asked, scope=SCOPE)
    assert [(one.name, one.path, one.value) for one in found.inputs] == [("../mixer.power", "acme/mixer.power", 20.0)]
    assert found.reason == "division by zero"
    assert said(asked.expression, found.model_dump())[0].startswith("–  (BAD: division by zero)")


def test_another_mans_signals_are_not_there(begun: Floor) -> None:
    scope = Scope(actor=Actor(id="p", name="p", kind="person"), at={"plant.view": frozenset({PUMP})})
    found = answer(begun.room, ExpressionIn(equipment_id=PUMP, expression="tag('../mixer.power')"), scope=scope)
    assert found.fault is not None
    assert found.inputs[0].tag_id is None
    with pytest.raises(NotFoundError):
        answer(begun.room, ExpressionIn(equipment_id=MIXER, expression="power"), scope=scope)
    with pytest.raises(NotFoundError):
        begun.room.look(POWER, from_us=at(0), to_us=at(10), scope=scope)


def test_a_moment_that_is_none_is_refused(begun: Floor) -> None:
    with pytest.raises(InvalidError):
        answer(begun.room, ExpressionIn(equipment_id=MIXER, expression="power", at="yesterday"), scope=SCOPE)


def test_a_clamp_says_what_its_machine_does(floor: Floor) -> None:
    floor.apply(0, {})
    chance = np.random.default_rng(1)
    levels = np.repeat([0.1, 9.0, 2.0, 9.0, 0.1], 400)
    signal = levels + chance.normal(0, 0.02, len(levels)) * (1 + levels)
    floor.send([(POWER, second, float(value)) for second, value in enumerate(signal)], a=len(signal))
    found = told(floor.room.look(POWER, from_us=at(0), to_us=at(len(signal)), scope=SCOPE))
    assert [one.name for one in found.levels] == ["off", "idle", "run"]
    assert "hysteresis(power" in found.code
    lines = proposed(found.model_dump())
    assert any("run" in line and "40.0 %" in line for line in lines)
    floor.apply(0, {"doing": (found.code.split('"')[1], Kind.STR)})
    floor.drain()
    assert [row[1] for row in floor.told("doing")] == ["off", "run", "idle", "run", "off"]


def test_a_signal_that_never_moved_tells_nothing(begun: Floor) -> None:
    found = told(begun.room.look(FLOW, from_us=at(5), to_us=at(50), scope=SCOPE))
    assert (found.thresholds, found.code) == ([], "")
    assert proposed(found.model_dump())[0] == "One cannot tell: the signal never moved"
