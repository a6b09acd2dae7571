"""Calendars from a terminal: a week is shown, a day is closed, the past asks for a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner, Result

from dovetail.cli.main import app
from dovetail.core.errors import InvalidError

MONDAY = date.today() + timedelta(days=7 - date.today().weekday())  # the next: nothing of it is past

type Run = Callable[..., Result]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`dovetail …` on an installation with the plant that `dovetail init` writes."""
    folder = tmp_path_factory.mktemp("cli")

    def dovetail(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--data", str(folder / "data")])

    assert CliRunner().invoke(app, ["init", str(folder / "plant")]).exit_code == 0
    assert dovetail("apply", str(folder / "plant"), "--yes").exit_code == 0
    return dovetail


def lines(run: Run, *words: str) -> list[str]:
    found = run("calendar", *words)
    assert found.exit_code == 0, found.output
    return found.output.splitlines()


def test_a_calendar_is_listed_and_shown_by_the_day(run: Run) -> None:
    assert lines(run, "list") == ["day                  week      Day; kept by acme/site, acme/site/hall, "
                                  "acme/site/hall/line1, acme/site/hall/line1/machine1"]  # fmt: skip
    week = lines(run, "show", "day", "--from", MONDAY.isoformat())
    assert week[0] == f"Mon {MONDAY}  Day 06:00–14:00 −10:00–10:30"
    assert week[5] == f"Sat {MONDAY + timedelta(days=5)}  not worked"
    assert len(week) == 7


@pytest.mark.parametrize("words, shown", [
    (["--closed", "--name", "Trade fair"], "not worked   (exception: Trade fair)"),
    (["--shift", "Short 06:00-10:00 A"], "Short 06:00–10:00 [A]   (exception: –)"),
    (["--add", "Late shift 14:00-18:00"], "Day 06:00–14:00 −10:00–10:30, Late shift 14:00–18:00   (exception: –)"),
    (["--down", "Boiler 08:00-09:00"], "Day 06:00–14:00 −10:00–10:30, down 08:00–09:00 Boiler   (exception: –)"),
    (["--remove"], "Day 06:00–14:00 −10:00–10:30"),
])  # fmt: skip
def test_a_day_is_made_different_and_as_usual_again(run: Run, words: list[str], shown: str) -> None:
    done = lines(run, "except", "day", MONDAY.isoformat(), *words, "--yes")
    assert done[-1] == "Done."
    assert lines(run, "show", "day", "--from", MONDAY.isoformat(), "--days", "1") == [f"Mon {MONDAY}  {shown}"]


def test_what_would_change_is_said_and_nobody_to_ask_means_no(run: Run) -> None:
    told = run("calendar", "except", "day", MONDAY.isoformat(), "--closed")
    assert told.exit_code == 1
    assert told.output.startswith(f"- Day {MONDAY}T")
    assert "  acme/site/hall/line1/machine1: " in told.output
    assert "Nothing was changed." in told.output


@pytest.mark.parametrize("words, code", [
    ([], "exception"),
    (["--closed", "--shift", "Day 06:00-10:00"], "exception"),
    (["--add", "from six to ten"], "window"),
    (["--add", "Extra 13:00-15:00", "--yes"], "DT-P401"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(run: Run, words: list[str], code: str) -> None:
    found = run("calendar", "except", "day", MONDAY.isoformat(), *words)
    assert isinstance(found.exception, InvalidError)
    assert found.exception.code == code
