"""Classes and parameters: what an equipment inherits, overrides, takes away and fills in."""

from __future__ import annotations

import pytest
from equipment_plants import SMALL, documents, sections

from dovetail.equipment.resolve import Resolved, resolved
from dovetail.plantcode.report import Report
from dovetail.plantcode.validate import validate

HEAD = """\
plant: {format: 1, name: P}
connections: {plc: {driver: opcua, options: {endpoint: "opc.tcp://h", security: {policy: "None", insecure: true}}}}
"""


def nodes(text: str) -> dict[str, Resolved]:
    """The resolved equipment of a plant that must be sound."""
    plant, report = validate(documents(HEAD + text), sections())
    assert str(report) == ""
    return resolved(plant, Report())


def faults(text: str) -> list[str]:
    """`line:col code` of each fault, lines counted without the head's two."""
    _plant, report = validate(documents(HEAD + text), sections())
    return [f"{one.place.line - 2}:{one.place.col} {one.code}" for one in report.problems]


INHERITANCE = """\
equipment_classes:
  base:
    parameters: {node: {type: str}, ns: {type: int, default: 2}}
    tags:
      speed: {connection: plc, address: "ns={ns};s={node}.Speed", unit: bar, deadband: 0.5}
      count: {connection: plc, address: "ns={ns};s={node}.Count", kind: u64}
    states: {packml: {state: count}, reason: {tag: count, map: {11: jam}}}
    counters: {good: {tag: count, modulus: 65536}}
  fast:
    extends: base
    parameters: {dead: {type: float, default: 2}}
    tags: {speed: {deadband: "{dead}"}}
    states: {reason: null}
  blind: {extends: fast, tags: {count: null}, counters: {good: null}, states: {packml: null}}
equipment:
  acme: {level: Site, timezone: Asia/Tokyo, calendar: null}
  acme/a: {level: WorkUnit, class: base, parameters: {node: A}}
  acme/b: {level: WorkUnit, class: fast, parameters: {node: 7, ns: 3, dead: 1.5}}
  acme/c: {level: WorkUnit, class: blind, parameters: {node: C}, timezone: UTC}
  acme/c/d: {level: EquipmentModule, name: D}
"""


def test_a_class_gives_and_what_extends_it_overrides_field_by_field() -> None:
    found = nodes(INHERITANCE)
    a, b, c = found["acme/a"], found["acme/b"], found["acme/c"]
    assert [tag.address for tag in a.tags.values()] == ["ns=2;s=A.Speed", "ns=2;s=A.Count"]
    assert (b.tags["speed"].address, b.tags["speed"].unit, b.tags["speed"].deadband) == ("ns=3;s=7.Speed", "bar", 1.5)
    assert (list(c.tags), c.tags["speed"].deadband) == (["speed"], 2.0)
    assert a.states == {"packml": {"state": "count"}, "reason": {"tag": "count", "map": {"11": "jam"}}}
    assert (b.states, c.states) == ({"packml": {"state": "count"}}, {})
    assert (a.counters, c.counters) == ({"good": {"tag": "count", "modulus": 65536}}, {})
    assert (c.chain, c.parameters) == (("blind", "fast", "base"), {"node": "C", "ns": 2, "dead": 2})


def test_timezone_holds_for_everything_below() -> None:
    found = nodes(INHERITANCE)
    assert [found[path].timezone for path in ("acme/a", "acme/c", "acme/c/d")] == ["Asia/Tokyo", "UTC", "UTC"]


CLASS = """\
equipment_classes:
  machine:
    parameters: {node: {type: str}, rate: {type: float, default: 60}}
    standard_rate_upm: "{rate}"
    tags:
      count: {connection: plc, address: "ns=2;s={node}", unit: "{bottle}", kind: u64}
equipment:
  acme: {level: Site, timezone: UTC}
  acme/a: {level: WorkUnit, class: machine, parameters: {node: A}}
"""


def test_a_unit_in_braces_is_no_parameter_and_a_rate_may_be_one() -> None:
    node = nodes(CLASS)["acme/a"]
    assert (node.tags["count"].unit, node.standard_rate_upm) == ("{bottle}", 60.0)


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        ("node: A}", "node: true}", ["9:64 DT-P108"]),
        ("node: A}", "nodde: A}", ["9:58 DT-P106"]),
        ("node: A}", "node: A, rate: -1}", ["9:73 DT-P108"]),
        ("node: A}", "node: A, rate: x}", ["9:73 DT-P108"]),
        ("class: machine, parameters: {node: A}", "class: machine", ["9:3 DT-P107"]),
        ("kind: u64", "kind: u65", ["6:82 DT-P023"]),
        ('unit: "{bottle}"', 'address: "x"', ["6:58 DT-P007"]),
        ("{node}", "{nide}", ["6:41 DT-P109"]),
        ("connection: plc,", "connection: plc7,", ["6:27 DT-P201"]),
        ("level: WorkUnit,", "level: Enterprise,", ["9:19 DT-P103"]),
        ("    tags:\n", "    tags:\n      job: {}\n", ["6:7 DT-P115"]),
        ("acme/a:", "acme/a/b/c:", ["9:3 DT-P102"]),
    ],
)  # fmt: skip
def test_a_fault_is_shown_where_it_can_be_mended(was: str, becomes: str, expected: list[str]) -> None:
    assert faults(CLASS.replace(was, becomes, 1)) == expected


def test_twenty_thousand_tags_of_a_class_resolve() -> None:
    units = "".join(
        f"  acme/u{n}: {{level: WorkUnit, class: machine, parameters: {{node: N{n}}}}}\n" for n in range(2_000)
    )
    tags = "".join(f'      t{n}: {{connection: plc, address: "ns=2;s={{node}}.T{n}"}}\n' for n in range(9))
    text = CLASS.replace("    tags:\n", "    tags:\n" + tags) + units
    found = nodes(text)
    assert sum(len(node.tags) for node in found.values()) == 20_010


def test_a_plant_without_connections_asks_for_no_driver() -> None:
    class Nobody:
        def names(self) -> list[str]:
            raise AssertionError("asked for drivers")

        def find(self, name: str) -> object:
            raise AssertionError(name)

    from dovetail.equipment.plant import equipment_sections

    text = "plant: {format: 1, name: P}\nequipment: {acme: {level: Site, timezone: UTC}}\n"
    _plant, report = validate(documents(text), equipment_sections(Nobody()))  # type: ignore[arg-type]
    assert report.ok


def test_the_small_plant_of_these_tests_is_sound() -> None:
    _plant, report = validate(documents(SMALL), sections())
    assert str(report) == ""
