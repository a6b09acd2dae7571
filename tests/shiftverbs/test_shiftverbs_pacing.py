"""`dovetail pace` says in words what the document of the API says in figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.shiftverbs.pacing import lines_of

DAY = ("2026-01-05T00:00:00.000000Z", "2026-01-06T00:00:00Z")
EARLY = {"id": "two-shift/2026-01-05/Early", "name": "Early", "start": "", "end": ""}
BEHIND = {
    "shift": EARLY,
    "settled": "2026-01-05T07:00:00Z",
    "kpis": [{"id": "oee_index", "value": 0.6667}, {"id": "availability", "value": 1.0}],
    "pace": {
        "planned": 12_600, "due": 5400, "good": 3600, "difference": -1800, "difference_min": -30.0, "projected": 8400,
        "missing": None,
    },
    "jobs": [],
    "hints": [],
}  # fmt: skip
NOTHING = dict.fromkeys(("planned", "due", "good", "difference", "difference_min", "projected"))


def test_a_shift_behind_its_plan_in_words() -> None:
    assert lines_of(BEHIND) == [
        "Early",
        "oee_index 66.7%  availability 100.0%  effectiveness –  quality_ratio –",
        "good 3600 of 5400 due by now: 1800 behind, 30.0 min",
        "at shift end 8400 of 12600 planned",
        "provisional since 2026-01-05T07:00:00Z",
    ]


@pytest.mark.parametrize("pace, says", [
    ({"missing": "no-shift"},                                  "at shift end – of – planned (no shift runs now)"),
    ({"difference": 40, "good": 40, "due": 0, "missing": None}, "good 40 of 0 due by now: 40 ahead"),
])  # fmt: skip
def test_what_nobody_can_say_is_a_dash_and_why(pace: dict[str, object], says: str) -> None:
    assert says in lines_of(BEHIND | {"pace": NOTHING | pace, "shift": None})


@pytest.mark.parametrize("job, says", [
    ({"missing": "no-quantity"},                       "cola: end – (no order says how many)"),
    ({"job_order": "P1", "quantity": 9, "made": 9, "missing": "made"}, "P1 cola 9 of 9: end – (all pieces are made)"),
    ({"quantity": 9, "made": 3, "expected_end": "b", "earliest": "a", "latest": "c"}, "cola 3 of 9: end b (a – c)"),
    ({"quantity": 9, "made": 3, "expected_end": "b", "earliest": "a"}, "cola 3 of 9: end b (a – later)"),
])  # fmt: skip
def test_a_running_job_in_words(job: dict[str, object], says: str) -> None:
    names = ("job_order", "quantity", "made", "expected_end", "earliest", "latest", "missing")
    assert says in lines_of(BEHIND | {"jobs": [dict.fromkeys(names) | {"product": "cola"} | job]})


def test_an_installation_is_asked(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(app, ["init", str(tmp_path / "plant")]).exit_code == 0
    data = ["--data", str(tmp_path / "data")]
    assert run(app, ["apply", str(tmp_path / "plant"), "--yes", *data]).exit_code == 0
    where = "acme/site/hall/line1"
    assert run(app, ["order", "plan", where, "PO-1", "example", "--quantity", "500", *data]).exit_code == 0
    assert run(app, ["job", "start", where, "example", "--order", "PO-1", *data]).exit_code == 0
    said = run(app, ["pace", f"{where}/machine1", *data]).output
    assert "at shift end" in said
    assert "example 0 of 500: end – (too little" in said
    asked = run(app, ["cycle-times", f"{where}/machine1", "--start", DAY[0], "--end", DAY[1], *data])
    assert (asked.exit_code, asked.output.split()[0]) == (0, DAY[0])
    assert run(app, ["order", "list", where, *data]).output.split()[:3] == ["PO-1", "example", "500"]
