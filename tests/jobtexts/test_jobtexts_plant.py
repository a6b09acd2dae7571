"""The `job` mapping as people write it, with the mistakes they make, each found at its place."""

from __future__ import annotations

import pytest
from production_plant import PLANT, sections

from dovetail.plantcode.validate import validate

JOB = "    job: {product_tag: recipe, order_tag: order, at_once: 2}\n"
JOB_LINE = PLANT.splitlines().index(JOB.rstrip()) + 1


@pytest.mark.parametrize("job, expected", [
    ("{product_tag: recipe}", []),
    ("{product_tag: order}", []),                                   # a number is a product too
    ("{product_tag: recipes}", ["DT-P601"]),
    ("{product_tag: recipe, order_tag: odrer}", ["DT-P601"]),
    ("{product_tag: product}", ["DT-P601"]),  # what Dovetail itself writes there
    ("{product_tag: speed}", ["DT-P602"]),
    ("{order_tag: order}", ["DT-P604"]),
    ("{text_tag: recipe}", []),
    ("{at_once: 4}", []),                                           # several moulds, started by hand
    ("{at_once: 0}", ["DT-P023"]),
    ("{at_once: true}", ["DT-P023"]),
    ("{}", ["DT-P604"]),
    ("{text_tag: recipe, pattern: '(?P<order>[0-9]{4})(;(?P<product>.{1,20}))?', ends: ['', '0']}", []),
    ("{text_tag: recipes}", ["DT-P601"]),
    ("{text_tag: recipe, order_tag: order}", ["DT-P604"]),
    ("{text_tag: recipe, product_tag: recipe}", ["DT-P604"]),
    ("{product_tag: recipe, ends: ['']}", ["DT-P604"]),
    ("{text_tag: recipe, pattern: '(?P<order>[0-9]'}", ["DT-P605"]),        # never closed
    ("{text_tag: recipe, pattern: '[0-9]{4}'}", ["DT-P605"]),               # names nothing
    ("{text_tag: recipe, pattern: '(?P<order>.{1,9})(?P<batch>.)'}", ["DT-P605"]),
    ("{text_tag: recipe, pattern: '(?P<order>(a+)+)'}", ["DT-P605"]),       # could take for ever
    ("{product_tag: recipe, oder_tag: order}", ["DT-P021"]),
])  # fmt: skip
def test_what_a_job_mapping_may_say(job: str, expected: list[str]) -> None:
    speed = '      speed: {connection: plc, address: "ns=2;s=Speed"}\n'
    text = PLANT.replace(JOB, f"{speed}    job: {job}\n")
    _, report = validate({"plant.yaml": text.encode()}, sections())
    assert [problem.code for problem in report.problems] == expected
    assert {problem.place.line for problem in report.problems} <= {JOB_LINE + 1}


def test_a_mistyped_tag_is_guessed() -> None:
    text = PLANT.replace(JOB, "    job: {product_tag: recipes}\n")
    _, report = validate({"plant.yaml": text.encode()}, sections())
    assert report.problems[0].hint == "did you mean recipe?"


def test_only_a_work_unit_starts_jobs_by_tag() -> None:
    text = PLANT.replace("name: Line 1,", "name: Line 1, job: {product_tag: recipe},")
    _, report = validate({"plant.yaml": text.encode()}, sections())
    assert [problem.code for problem in report.problems] == ["DT-P603", "DT-P601"]


def test_a_mapping_of_a_class_is_checked_where_it_stands() -> None:
    classes = "equipment_classes:\n  m:\n    job: {product_tag: recipes}\nequipment:\n"
    text = PLANT.replace("equipment:\n", classes, 1).replace(JOB, "    class: m\n")
    _, report = validate({"plant.yaml": text.encode()}, sections())
    assert [(problem.place.line, problem.code) for problem in report.problems] == [(4, "DT-P601")]
