"""What a terminal says of stops, losses, boards, trends and explanations, as known now and as it was known before."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.shiftverbs.boarding import board_lines, trend_lines
from dovetail.shiftverbs.explaining import node_lines

PLANT = """\
plant: {format: 1, name: Test}
reasons:
  mechanical: {category: failure, children: {jam: {name: Jam}}}
equipment:
  acme: {level: Enterprise, timezone: UTC}
  acme/press: {level: WorkUnit, states: {by_hand: true}, standard_rate_upm: 60}
"""
PRESS = "acme/press"


NOON = (datetime.now(UTC) - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)  # a day cuts a stop


def at(minutes: float) -> str:
    """So long after yesterday's noon."""
    return (NOON + timedelta(minutes=minutes)).isoformat()


def run(data: Path, *words: str) -> str:
    done = CliRunner().invoke(app, [*words, "--data", str(data)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, tuple[str, ...]]:
    """A press that stood for half an hour, of which a person said why after `before`; (data, before, the period)."""
    folder = tmp_path_factory.mktemp("known")
    (folder / "plant.yaml").write_text(PLANT, encoding="utf-8")
    data = folder / "data"
    run(data, "apply", str(folder), "--from", at(-1440), "--yes")
    start, end = at(0), at(30)
    run(data, "edit", PRESS, start, end, "--state", "Held")
    before = datetime.now(UTC).isoformat()
    run(data, "edit", PRESS, start, end, "--reason", "mechanical/jam")
    return data, before, ("--start", at(-10), "--end", at(40))


def document(data: Path, *words: str) -> Any:
    return json.loads(run(data, *words, "--json"))


def test_stops_as_known_before_have_no_reason_yet(told: tuple[Path, str, tuple[str, ...]]) -> None:
    data, before, period = told
    now = document(data, "stops", PRESS, *period)["items"]
    then = document(data, "stops", PRESS, *period, "--as-of", before)["items"]
    assert [one["reason"] for one in now] == ["mechanical/jam"]
    assert [(one["reason"], one["start"]) for one in then] == [(None, now[0]["start"])]


def test_stops_of_years_come_in_all_pages_without_their_sums(told: tuple[Path, str, tuple[str, ...]]) -> None:
    data, _, _ = told
    found = run(data, "stops", PRESS, "--start", "2020-01-01T00:00:00Z", "--end", at(40)).splitlines()
    assert "mechanical/jam" in found[0]
    assert found[1:] == ["1 stops; sums of so long a period: dovetail pareto"]


def test_losses_are_a_table(told: tuple[Path, str, tuple[str, ...]]) -> None:
    data, before, period = told
    [row] = csv.DictReader(io.StringIO(run(data, "losses", PRESS, *period, "--csv")))
    assert (row["reason"], row["state"], round(int(row["us"]) / 60e6)) == ("mechanical/jam", "Held", 30)
    [then] = csv.DictReader(io.StringIO(run(data, "losses", PRESS, *period, "--csv", "--as-of", before)))
    assert then["reason"] == ""
    assert run(data, "losses", PRESS, *period).splitlines()[-1] == "lost 30.0 min in 1 stretches"


def test_a_number_opens_step_by_step(told: tuple[Path, str, tuple[str, ...]]) -> None:
    data, before, period = told
    top = document(data, "explain", PRESS, "availability", *period)
    keys = [one["key"] for one in top["children"]]
    below = document(data, "explain", PRESS, "availability", keys[0], *period, "--as-of", before)
    assert below["key"] == keys[0]
    assert keys[0] in run(data, "explain", PRESS, "availability", *period)


def test_board_and_trend_answer_as_known(told: tuple[Path, str, tuple[str, ...]]) -> None:
    data, before, _ = told
    assert document(data, "shift-board", PRESS, "--as-of", before)["as_of"] is not None
    assert "\ntotal" in run(data, "shift-board", PRESS)
    trend = document(data, "kpi-trend", PRESS, "availability", "--as-of", before)
    assert (trend["kpi"]["id"], trend["per"]) == ("availability", "day")


def test_what_is_not_known_is_a_dash() -> None:
    hour = {"start": "2026-01-05T06:00:00Z", "end": "2026-01-05T07:00:00Z", "stops": [{"reason": None, "minutes": 7.0}]}
    made = {"planned": 60, "good": None, "scrap": None, "difference": None, "oee": None}
    board = {"shift": None, "hours": [hour | made], "totals": made, "hints": []}
    assert [line.split()[-3:] for line in board_lines(board)[1:]] == [["reason", "7", "min"], ["–", "–", "–"]]
    point = {**hour, "name": None, "value": None, "coverage": 0.5, "target": 0.75, "meets": None}
    course = {"kpi": {"name": "OEE", "unit": "1"}, "per": "day", "items": [point], "hints": ["give it counters"]}
    assert [line.split("  ")[-1] for line in trend_lines(course)] == [
        "OEE per day",
        "target 75.0%",
        "hint: give it counters",
    ]
    node = {
        "label": "APT",
        "value": None,
        "unit": "us",
        "formula": "Σ",
        "convention": None,
        "detail": {},
        "children": [],
    }
    assert node_lines(node) == ["APT: –", "  = Σ"]
