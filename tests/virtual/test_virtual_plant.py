"""Computed tags as people write them, with the mistakes they make, each found at its place in the file."""

from __future__ import annotations

import pytest

from dovetail.equipment.plant import equipment_sections
from dovetail.plantcode.validate import validate
from dovetail.virtual.model import circles, ordered
from dovetail.virtual.plant import with_computed_tags

PLANT = """\
plant: {format: 1, name: Small}
connections:
  plc: {driver: opcua, options: {endpoint: "opc.tcp://127.0.0.1:4840/", security: {policy: "None", insecure: true}}}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/line1:
    level: ProductionLine
    tags:
      total_kw: {expression: EXPRESSION_ABOVE, unit: kW}
  acme/line1/filler:
    level: WorkUnit
    tags:
      power: {connection: plc, address: "ns=2;s=Power", unit: kW}
      raw: {connection: plc, address: "ns=2;s=Raw", kind: json}
      run: {connection: plc, address: "ns=2;s=Run", kind: bool}
      computed: {COMPUTED}
"""
LINE = PLANT.splitlines().index("      computed: {COMPUTED}") + 1


def problems(computed: str, above: str = "tag('filler.power')") -> list[tuple[str, int, int]]:
    above = "tag('./filler.power') * 1" if above == "tag('filler.power')" else above
    text = PLANT.replace("COMPUTED", computed).replace("EXPRESSION_ABOVE", f'"{above}"')
    _, report = validate({"plant.yaml": text.encode()}, with_computed_tags(equipment_sections()))
    return [(problem.code, problem.place.line, problem.place.col) for problem in report.problems]


@pytest.mark.parametrize(
    ("computed", "expected"),
    [
        ("expression: power / 2", []),
        ("expression: 'power > 2 and run', kind: bool", []),
        ("expression: \"mean(power, '5 min')\", unit: kW", []),
        ("expression: \"to(power, 'W')\", unit: W", []),
        ("expression: \"'on' if rate_upm > 2 else product\", kind: str", []),  # what Dovetail itself publishes
        ("expression: \"tag('../filler.power') + tag('../.total_kw') + tag('acme/line1.total_kw')\"", []),
        ("expression: power + pwoer", [("DT-P902", 38)]),
        ("expression: 'power + (raw)'", [("DT-P902", 40)]),
        ("expression: 'power +'", [("DT-P902", 37)]),
        ("expression: 'power and run'", [("DT-P902", 31)]),
        ("expression: power > 1", [("DT-P903", 30)]),
        ("expression: power, kind: i64", [("DT-P903", 30)]),
        ("expression: power, unit: W", [("DT-P904", 30)]),
        ("expression: power, unit: m", [("DT-P904", 30)]),
        ("expression: computed + 1", [("DT-P905", 30)]),
        ("expression: \"tag('../.total')\"", [("DT-P902", 31)]),
        ("expression: power, connection: plc", [("DT-P205", 7), ("DT-P901", 30)]),
        ("expression: power, scale: 2", [("DT-P901", 44)]),
        ('expression: power}\n      good_through: {connection: plc, address: "ns=2;s=X"', [("DT-P906", 7)]),
        ("expression: ''", [("DT-P902", 30)]),
    ],
)
def test_what_a_computed_tag_may_say(computed: str, expected: list[tuple[str, int]]) -> None:
    assert [(code, col) for code, _, col in problems(computed)] == expected


def test_a_circle_is_named() -> None:
    text = PLANT.replace("COMPUTED", "expression: \"tag('../../line1.total_kw')\"")
    text = text.replace("EXPRESSION_ABOVE", "\"tag('./filler.computed')\"")
    _, report = validate({"plant.yaml": text.encode()}, with_computed_tags(equipment_sections()))
    (problem,) = report.problems
    assert (problem.code, problem.message) == (
        "DT-P905",
        "acme/line1.total_kw follows from itself: "
        "acme/line1.total_kw ← acme/line1/filler.computed ← acme/line1.total_kw",
    )


@pytest.mark.parametrize(
    ("graph", "order", "found"),
    [
        ({"a": ["b"], "b": ["c", "x"], "c": []}, ["c", "b", "a"], []),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, ["d", "b", "c", "a"], []),
        ({"a": ["a"]}, [], [["a", "a"]]),
        ({"a": ["b"], "b": ["c"], "c": ["b"], "d": []}, ["d"], [["b", "c", "b"]]),
        ({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]}, [], [["a", "b", "a"], ["c", "d", "c"]]),
    ],
)
def test_tags_stand_after_what_they_follow_from(
    graph: dict[str, list[str]], order: list[str], found: list[list[str]]
) -> None:
    assert sorted(ordered(graph)) == sorted(order)
    places = {key: at for at, key in enumerate(ordered(graph))}
    assert all(places[below] < places[key] for key in places for below in graph[key] if below in graph)
    assert circles(graph) == found
