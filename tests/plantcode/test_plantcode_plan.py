"""What an apply would change, said as Terraform says it; and the schema by which editors help to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel

from dovetail.house.rooms import plant_sections
from dovetail.onboarding.starter import starter
from dovetail.plantcode.folder import read_folder
from dovetail.plantcode.plan import EXIT_CHANGES, EXIT_NOTHING, difference, make_plan
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.reader import read
from dovetail.plantcode.report import Report
from dovetail.plantcode.schema import plant_schema
from dovetail.plantcode.section import Bodies, Section
from dovetail.plantcode.validate import validate

BOTTLING = read_folder(Path(__file__).resolve().parents[2] / "plants" / "bottling")


class Machine(BaseModel):
    rate: float
    note: str | None = None
    moved: str | None = None


def machines(current: Bodies) -> Section:
    """A section of a room that keeps what it has in a dictionary."""
    return Section(
        key="machines",
        model=Machine,
        check=lambda _plant, _report: None,
        bodies=lambda plant: {
            key: one.model_dump(exclude={"moved"}) for key, one in plant.entries("machines", Machine).items()
        },
        current=lambda _reading, _at_us: current,
        apply=lambda _uow, _changes, _from_us: None,
        moved=lambda plant: {key: one.moved for key, one in plant.entries("machines", Machine).items() if one.moved},
        impact=lambda _reading, changes: [f"{len(changes.removed)} go"],
    )


CURRENT: Bodies = {"a": {"rate": 1.0, "note": None}, "b": {"rate": 2.0, "note": None}}


@pytest.mark.parametrize(
    ("written", "lines", "code"),
    [
        ("a: {rate: 1}, b: {rate: 2}", ["Nothing to change."], EXIT_NOTHING),
        ("a: {rate: 1}, b: {rate: 3, note: new}",
         ["~ machines b", "    rate: 2.0 → 3.0", "    note: – → new", "  ! 0 go", "1 to change."], EXIT_CHANGES),
        ("a: {rate: 1}", ["- machines b", "  ! 1 go", "1 to remove."], EXIT_CHANGES),
        ("a: {rate: 1}, b: {rate: 2}, c: {rate: 3}", ["+ machines c", "  ! 0 go", "1 to add."], EXIT_CHANGES),
        ("a: {rate: 1}, c: {rate: 3, moved: b}",
         ["> machines b → c", "    rate: 2.0 → 3.0", "  ! 1 go", "1 to move."], EXIT_CHANGES),
        ("a: {rate: 1, moved: z}, b: {rate: 2}", ["Nothing to change."], EXIT_NOTHING),
    ],
)  # fmt: skip
def test_a_plan_says_what_changes_and_exits_as_terraform_does(written: str, lines: list[str], code: int) -> None:
    section = machines(CURRENT)
    plant, report = validate({"p.yaml": f"machines: {{{written}}}".encode()}, [section])
    assert report.ok
    plan = make_plan(plant, [section], None, 0)
    assert str(plan).splitlines() == lines
    assert plan.exit_code == code


def test_a_move_that_was_applied_before_is_no_move_any_more() -> None:
    assert difference({"new": {}}, {"new": {}}, {"new": "old"}).moved == {}
    assert difference({"old": {}}, {"new": {}}, {"new": "old"}).moved == {"new": "old"}


def test_entries_of_one_section_may_stand_in_several_files() -> None:
    section = machines({})
    files = {
        "a.yaml": b"machines: {a: {rate: 1}}",
        "sub/b.yml": b"machines:\n  b: {rate: 2}\n",
        "c.yaml": b"machines:\n",
    }
    plant, report = validate(files, [section])
    assert report.ok
    assert list(plant.entries("machines", Machine)) == ["a", "b"]
    place, scalar = plant.locate(("machines", "b", "rate"))
    assert (str(place), scalar) == ("sub/b.yml:2:13", 2)


def test_a_faulty_entry_is_still_there_for_who_refers_to_it() -> None:
    plant, report = validate({"p.yaml": b"machines: {a: {rate: x}}"}, [machines({})])
    assert not report.ok
    assert plant.names("machines") == {"a"}
    assert plant.entries("machines", Machine) == {}


def plain(value: Any) -> Any:
    """What was read, as a JSON reader would give it."""
    return {key: plain(one) for key, one in value.items()} if isinstance(value, dict) else value


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return plant_schema(plant_sections())


@pytest.fixture(scope="module")
def editor(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """As an editor: it has read the schema once, and looks at many texts."""
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_for_editors_is_a_schema(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("files", [BOTTLING, {k: v.encode() for k, v in starter(name="P", timezone="UTC").items()}])
def test_sound_plants_fit_the_schema_for_editors(
    files: dict[str, bytes], editor: jsonschema.Draft202012Validator
) -> None:
    for name, content in files.items():
        editor.validate(plain(read(name, content, Report())))


@pytest.mark.parametrize(
    "text",
    [
        "prodcts: {}",
        "equipment: {a: {level: Machine}}",
        "equipment: {a: {level: Site, tags: {t: {kidn: f64}}}}",
        "equipment: {a: {level: Site, tags: {t: {kind: f65}}}}",
        "connections: {c: {driver: opc}}",
        "connections: {c: {driver: opcua, options: {endpiont: x}}}",
        "scan_classes: {c: {interval_ms: 1}}",
    ],
)
def test_what_an_editor_can_see_is_wrong_does_not_fit_the_schema(
    text: str, editor: jsonschema.Draft202012Validator
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        editor.validate(plain(read("p.yaml", text.encode(), Report())))


def test_the_demo_and_the_first_plant_are_sound() -> None:
    for files in (BOTTLING, {k: v.encode() for k, v in starter(name='My "plant"', timezone="Europe/Prague").items()}):
        plant, report = validate(files, plant_sections())
        assert str(report) == ""
        assert isinstance(plant, Plant)
