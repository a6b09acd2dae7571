"""States, counters and reasons as people write them, with the mistakes they make, each found at its place."""

from __future__ import annotations

import pytest

from dovetail.db.uow import Database
from dovetail.equipment.plant import SECTIONS as EQUIPMENT
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Changes
from dovetail.plantcode.validate import validate
from dovetail.states import service
from dovetail.states.plant import MEANINGS, SECTIONS

PLANT = """\
plant: {{format: 1, name: Test}}
connections:
  plc:
    driver: opcua
    options: {{endpoint: "opc.tcp://127.0.0.1:4840/", security: {{policy: "None", insecure: true}}}}
reasons:
  mechanical: {{category: failure, children: {{jam: {{name: Jam}}, valve: }}}}
  setup: {{category: setup}}
equipment_classes:
  machine:
    tags:
      state: {{connection: plc, address: "ns=2;s=a", kind: i64}}
      word: {{connection: plc, address: "ns=2;s=b", kind: str}}
      total: {{connection: plc, address: "ns=2;s=c", kind: u64}}
      wait: {{connection: plc, address: "ns=2;s=d", kind: bool}}
equipment:
  acme: {{level: Enterprise, timezone: UTC}}
  acme/a: {{level: Site}}
  acme/a/b: {{level: Area}}
  acme/a/b/line: {{level: ProductionLine}}
  acme/a/b/line/press:
    level: WorkUnit
    class: machine
    states: {states}
    counters: {counters}
"""
STATES_LINE, COUNTERS_LINE = 24, 25
NONE = "{total: {tag: total}}"


def checked(text: str) -> tuple[Plant, Report]:
    return validate({"plant.yaml": text.encode()}, [*EQUIPMENT, *SECTIONS])


def faults(states: str, counters: str) -> list[tuple[int, str, str | None]]:
    _, report = checked(PLANT.format(states=states, counters=counters))
    return [(problem.place.line, problem.code, problem.hint) for problem in report.problems]


@pytest.mark.parametrize("states", [
    "{packml: {state: state}}",
    "{packml: {state: state, mode: total, modes: {4: Setup}}, starved: wait, blocked: wait}",
    "{packml: {state: state}, reason: {tag: state, map: {11: mechanical/jam, 12: setup, 13: external/starved}}}",
    "{values: {tag: word, map: {AUTO: RUN, WAIT: {state: Idle, reason: mechanical/valve}}}}",
    "{values: {tag: wait, map: {true: RUN, false: Idle}}}",
    "{activity: {tag: total, timeout_s: 30}}",
    "{packml: {state: state}, reason: {tag: word, first_out_s: 5, alarms: {wait: setup},"
    " map: {E-2: {reason: mechanical/jam, text: A jam, priority: 1}}}}",
    "{packml: {state: state}, changeover: {good: 20, rate_upm: 80, reason: setup}}",
    "{packml: {state: state}, changeover: {by: word}}",
    "{packml: {state: state}, rules: {r: {when: 'own_state == \"Held\" and tag(\"../press.total\") > 3', for_s: 30,"
    " reason: setup}}}",
])  # fmt: skip
def test_what_states_may_say(states: str) -> None:
    assert faults(states, NONE) == []


@pytest.mark.parametrize("states, code, hint", [
    ("{packml: {state: stat}}",                              "DT-P501", "did you mean state?"),
    ("{packml: {state: word}}",                              "DT-P502", "kind: i64 or u64 or f64"),
    ("{packml: {state: state}, blocked: word}",              "DT-P502", "kind: bool or i64 or u64 or f64"),
    ("{packml: {state: state}, reason: {tag: state, map: {11: mechanical/jan}}}",
                                                             "DT-P503", "did you mean mechanical/jam?"),
    ("{packml: {state: state}, reason: {tag: state, alarms: {wait: mechanical/jan}}}",
                                                             "DT-P503", "did you mean mechanical/jam?"),
    ("{packml: {state: state}, reason: {tag: state, alarms: {weit: setup}}}", "DT-P501", "did you mean wait?"),
    ("{packml: {state: state}, changeover: {by: ward}}",     "DT-P501", "did you mean word?"),
    ("{packml: {state: state}, changeover: {reason: sepup}}", "DT-P503", "did you mean setup?"),
    ("{packml: {state: state}, changeover: {good: 0}}",      "DT-P023", None),
    ("{packml: {state: state}, reason: {map: {1: setup}}}",  "DT-P023", None),
    ("{packml: {state: state}, rules: {r: {when: wait, reason: setip}}}",
                                                             "DT-P503", "did you mean setup?"),
    ("{packml: {state: state}, rules: {r: {when: weit, reason: setup}}}", "DT-P505", "did you mean wait?"),
    ("{packml: {state: state}, rules: {r: {when: total, reason: setup}}}",
     "DT-P505", 'compare it: speed < 5, upstream_state != "Execute"'),
    ("{packml: {state: state}, rules: {r: {when: 'on_delay(wait, \"3 s\")', reason: setup}}}",
     "DT-P505", "write `for_s`, or give the window to a tag with an `expression` and name that tag here"),
    ("{packml: {state: state}, rules: {r: {when: 'upstream_state == \"Held\"', reason: setup}}}", "DT-P505",
     "name it in the `flow` of the line, or ask a tag instead; a state by `activity` cannot be asked"),
    ("{values: {tag: word, map: {AUTO: Running}}}",          "DT-P023", None),
    ("{packml: {state: state, modes: {four: Setup}}}",       "DT-P023", None),
    ("{packml: {state: state}, activity: {tag: total, timeout_s: 3}}", "DT-P023", None),
    ("{starved: wait}",                                      "DT-P023", None),
    ("{packml: {state: state}, starve: wait}",               "DT-P021", "did you mean starved?"),
    ("{activity: {tag: total, timeout_s: 0}}",               "DT-P023", None),
    ("{activity: {tag: total}}",                             "DT-P022", "add timeout_s: …"),
    ("{activity: {tag: word, timeout_s: 3}}",                "DT-P502", "kind: u64 or i64 or f64 or bool"),
])  # fmt: skip
def test_what_is_wrong_with_states_is_said_at_its_place(states: str, code: str, hint: str | None) -> None:
    ((line, found, said),) = faults(states, NONE)
    assert (line, found) == (STATES_LINE, code)
    assert hint in (said, None)


@pytest.mark.parametrize("counters, code", [
    ("{total: {tag: total, modulus: 65536, max_rate_upm: 400}, scrap: {tag: total}}", None),
    ("{good: {tag: total}, scrap: {tag: total}, rework: {tag: total}, infeed: {tag: wait}}", None),
    ("{total: {tag: totl}}",                             "DT-P501"),
    ("{total: {tag: word}}",                             "DT-P502"),
    ("{pieces: {tag: total}}",                           "DT-P021"),
    ("{total: {tag: total, modulus: 1}}",                "DT-P023"),
    ("{total: {tag: total, max_rate_upm: -1}}",          "DT-P023"),
    ("{total: {tag: total}, good: {tag: total}, scrap: {tag: total}}", "DT-P023"),
])  # fmt: skip
def test_what_counters_may_say(counters: str, code: str | None) -> None:
    found = [(line, fault) for line, fault, _ in faults("{packml: {state: state}}", counters)]
    assert found == [(COUNTERS_LINE, fault) for fault in [code] if fault]


def test_a_fault_in_a_class_is_said_at_the_class() -> None:
    text = PLANT.format(states="{packml: {state: state}}", counters=NONE)
    text = text.replace("  machine:\n", "  machine:\n    states: {starved: wat}\n")
    _, report = checked(text)
    assert [(problem.place.line, problem.code) for problem in report.problems] == [(11, "DT-P501")]


def test_a_reason_code_has_no_slash() -> None:
    text = "plant: {format: 1, name: T}\nreasons:\n  a/b: {category: failure}\n  c: {children: {d/e: }}\n"
    _, report = checked(text)
    assert [(problem.place.line, problem.code) for problem in report.problems] == [(3, "DT-P504"), (4, "DT-P504")]


def three_levels(leaf: str) -> str:
    return f"""\
plant: {{format: 1, name: T}}
reasons:
  mechanical:
    category: failure
    children:
      infeed:
        name: Infeed
        children:
          {leaf}
"""


def test_reasons_lie_in_up_to_three_levels_each_with_its_category() -> None:
    plant, report = checked(three_levels("{jam: {name: Jam}, dents: {category: quality}, empty: }"))
    assert report.problems == []
    (section,) = SECTIONS
    tree = section.bodies(plant)
    assert tree["mechanical"]["children"]["infeed"]["children"]["jam"] == {"name": "Jam", "category": "failure"}
    assert service.categories_of(tree) == {
        "external": "external",
        "external/starved": "external",
        "external/blocked": "external",
        "mechanical": "failure",
        "mechanical/infeed": "failure",
        "mechanical/infeed/jam": "failure",
        "mechanical/infeed/dents": "quality",
        "mechanical/infeed/empty": "failure",
    }


@pytest.mark.parametrize("leaf, line, code, says", [
    ("{jam: {children: {belt: }}}", 9, "DT-P023", "reasons lie in 3 levels at most"),
    ("{jam/belt: }", 9, "DT-P504", "cannot be the code of a reason"),
    ("{" + "j" * 200 + ": {children: }}", 9, "DT-P023", "3 levels"),
])  # fmt: skip
def test_what_is_wrong_with_a_reason_is_said_at_its_place(leaf: str, line: int, code: str, says: str) -> None:
    _, report = checked(three_levels(leaf))
    ((where, found, message),) = [(one.place.line, one.code, one.message) for one in report.problems]
    assert (where, found) == (line, code)
    assert says in message


def test_a_reason_with_all_it_lies_under_is_no_longer_than_records_keep() -> None:
    long = "x" * 190
    text = f"plant: {{format: 1, name: T}}\nreasons:\n  {long}:\n    children: {{{long}: {{children: {{{long}: }}}}}}\n"
    _, report = checked(text)
    assert [problem.code for problem in report.problems] == ["DT-P507"]


def test_a_mapping_names_a_reason_of_any_level() -> None:
    text = PLANT.replace("valve: }}", "valve: {{children: {{stuck: }}}}}}")
    states = "{packml: {state: state}, reason: {tag: state, map: {11: mechanical/valve/stuck, 12: mechanical/valve/x}}}"
    _, report = checked(text.format(states=states, counters=NONE))
    assert [(one.code, one.hint) for one in report.problems] == [("DT-P503", "did you mean mechanical/valve?")]


def test_a_changeover_ends_with_pieces_that_are_counted() -> None:
    found = faults("{packml: {state: state}, changeover: {good: 20}}", "{scrap: {tag: total}}")
    assert found == [(STATES_LINE, "DT-P506", "give it `counters: {good: …}` or `total`")]


def test_every_code_has_its_meaning() -> None:
    assert sorted(MEANINGS) == ["DT-P501", "DT-P502", "DT-P503", "DT-P504", "DT-P505", "DT-P506", "DT-P507"]


def test_reasons_are_kept_by_version(database: Database, everyone) -> None:
    (section,) = SECTIONS
    plant, _ = checked(PLANT.format(states="{packml: {state: state}}", counters=NONE))
    bodies = section.bodies(plant)
    with database.write(everyone.actor) as uow:
        section.apply(uow, Changes(added=bodies), 100)
    with database.read() as reading:
        assert section.current(reading, 99) == {}
        assert section.current(reading, 100) == bodies
        assert service.current_reasons(reading, 100)["mechanical"] == {
            "name": "mechanical",
            "category": "failure",
            "children": {
                "jam": {"name": "Jam", "category": "failure"},
                "valve": {"name": "valve", "category": "failure"},
            },
        }
