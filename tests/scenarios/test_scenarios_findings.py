"""What does not come out as expected is shown side by side at its line; what cannot be played is said at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenarios_files import FOLDER, changed, worked

from dovetail.scenariofiles.document import read_scenario
from dovetail.scenarios.play import Played, play
from dovetail.scenarios.telling import as_json, as_junit, as_text
from dovetail.scenarios.verb import play_all

WORKSHEET = "oee-worksheet"


def played(name: str, *changes: tuple[str, str]) -> Played:
    return play(worked(name, *changes))


@pytest.mark.parametrize(
    "name, old, new, expected, actual",
    [
        (WORKSHEET, "oee_index: 74.79 %", "oee_index: 75.79 %", "75.79 %", "74.7937 %"),
        (WORKSHEET, "scrap: 423}", "scrap: 424}", "424", "423"),
        (WORKSHEET, "APT: 6 h 13 min", "APT: 6 h 12 min", "6 h 12 min", "6 h 13 min"),
        (WORKSHEET, "quality_ratio: 97.80 %", "quality_ratio: –", "–", "0.97805"),
        ("reject-split", "infeed: ~", "infeed: 600", "600", "–"),
        ("edit-after-the-fact", "refused: reason-unknown", "refused: stop-signed", "stop-signed", "reason-unknown: "),
    ],
)  # fmt: skip
def test_a_figure_that_is_another_is_a_finding(name: str, old: str, new: str, expected: str, actual: str) -> None:
    wrong = [finding for finding in played(name, (old, new)).findings if not finding.ok]
    assert [(one.expected, one.actual.startswith(actual)) for one in wrong] == [(expected, True)]


def test_what_should_have_been_refused_and_was_not_is_a_finding() -> None:
    found = played("edit-after-the-fact", ("setup/changover, ", "setup/changeover, ")).findings[0]
    assert (found.expected, found.actual, found.ok) == ("refused: reason-unknown", "was done", False)


def test_a_table_is_shown_side_by_side_with_the_line_of_the_first_difference() -> None:
    found = played(WORKSHEET, ("- 08:47 Execute", "- 08:46 Execute"))
    assert f"{WORKSHEET}.yaml:62:9: press 06:00..14:00 · states" in as_text([found])
    assert [line for finding in found.findings for line in finding.lines if not line[2]] == [
        ("08:46  Execute", "08:47  Execute", False)
    ]


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("08:00         press.stop", "08:00 pres.stop", "did you mean press.stop?"),
        ("press.state    Held", "press.state Hold", "'Hold' is no whole number"),
        ("equipment: press\n    states", "equipment: pres\n    states", "did you mean press?"),
        ("oee_index: 74", "oee_indx: 74", "did you mean oee_index?"),
        ("PBT: 7 h,", "PBD: 7 h,", "did you mean PBT?"),
        ("PBT: 7 h,", "PBT: 7 hrs,", "7 h 13 min"),
        ("oee_index: 74.79 %", "oee_index: three quarters", "88.81 %"),
        ("0..6200      every 10s", "0..6200 every 10s often", "neither a quality"),
        ("0..6200      every 10s", "6200", "a value moves"),
        ("until: \"14:00\"", "until: \"14:77\"", "is no time"),
        ("standard_rate_upm: 60", "standard_rate_upm: fast", "standard_rate_upm"),
        ("day: \"2026-01-05\"", "day: \"2026-02-30\"", "is no date"),
        ("press, product: part", "press, produkt: part", "did you mean product?"),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_said_at_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = changed(tmp_path, WORKSHEET, (old, new))
    (found,) = play_all(file, None)
    assert new.splitlines()[0].split()[-1] in str(found.report)
    assert said in str(found.report)
    assert [problem.place.file for problem in found.report.problems] == [str(file)]
    assert not found.ok


def test_a_file_without_a_plant_says_how_to_give_it_one() -> None:
    none, report = read_scenario("a.yaml", b'scenario: Nothing\nday: "2026-01-05"\nexpect: [{equipment: press}]\n')
    assert none is None
    assert "PLANT/scenarios/" in str(report)


def test_a_program_gets_the_same_as_data() -> None:
    found = as_json([played(WORKSHEET, ("scrap: 423}", "scrap: 424}")), played("two-products")])
    assert (found["ok"], [one["ok"] for one in found["scenarios"]]) == (False, [False, True])
    assert [check["actual"] for check in found["scenarios"][0]["checks"] if not check["ok"]] == ["423"]


def test_a_build_server_gets_a_case_for_each() -> None:
    text = as_junit([played(WORKSHEET, ("scrap: 423}", "scrap: 424}")), played("two-products")])
    assert 'tests="2" failures="1"' in text
    assert "expected  424" in text


def test_the_plant_around_is_played_on() -> None:
    text = (FOLDER / "two-products.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("plant:\n")
    plant, _, tail = rest.partition("\njobs:")
    code = "".join(f"{line[2:]}\n" for line in plant.splitlines())
    found, report = read_scenario("a.yaml", f"{head}\njobs:{tail}".encode(), around={"plant.yaml": code.encode()})
    assert found is not None, str(report)
    assert play(found).ok
