"""`dovetail kpis` says in words what the documents of the API say in figures."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.shiftverbs.figuring import conventions_in_words, groups_in_words, kpis_in_words

PERIOD = {"start": "2026-01-05T06:00:00Z", "until": "2026-01-05T14:00:00Z", "coverage": 1.0, "hints": []}
ISO = {"availability": 0.6667, "performance": 0.9, "quality": 0.98, "oee": 0.588}
CLASSIC = {"availability": 0.7111, "performance": 0.8438, "quality": 0.98, "oee": 0.588}
WORDS = "short stops count as run time"


def test_kpis_stand_with_their_convention() -> None:
    kpis = [
        {
            "name": "OEE index",
            "value": 0.588,
            "unit": "1",
            "convention": "no_data: observed",
            "target": 0.75,
            "target_of": "acme",
            "meets": False,
        },
        {"name": "Throughput rate", "value": 300.0, "unit": "{#}/h", "convention": ""},
        {"name": "Mean time to restoration", "value": None, "unit": "s", "convention": "failures: plus_one"},
    ]
    losses = [{"label": "Breakdowns", "us": 26 * 60_000_000}]
    said = [" ".join(line.split()) for line in kpis_in_words(PERIOD | {"kpis": kpis, "big_losses": losses})]
    assert said == [
        "2026-01-05T06:00:00Z … 2026-01-05T14:00:00Z data 100.0%",
        "OEE index 58.8% target 75.0% of acme: missed no_data: observed",
        "Throughput rate 300.0 pcs/h",
        "Mean time to restoration – failures: plus_one",
        "Breakdowns 26.0 min",
    ]


def test_a_definition_says_why_it_is_another_number() -> None:
    iso = {"id": "iso22400", "name": "ISO 22400-2", "difference": 0.0, "more": {}, "steps": [], **ISO}
    classic = {"id": "classic", "name": "classic", "difference": 0.0, "more": {"TEEP": None}, **CLASSIC}
    step = {"words": WORDS, "us": 20 * 60_000_000, "pieces": None, **CLASSIC}
    found = [
        iso | {"formulas": {"availability": "APT / PBT"}},
        classic | {"formulas": {"quality": "good / total"}, "steps": [step, step | {"us": None, "pieces": 7}]},
    ]
    assert conventions_in_words(PERIOD | {"conventions": found})[1:] == [
        "",
        "ISO 22400-2: availability 66.7%  performance 90.0%  quality 98.0%  oee 58.8%",
        "  availability = APT / PBT",
        "",
        "classic: availability 71.1%  performance 84.4%  quality 98.0%  oee 58.8%  (+0.0%)",
        "  quality = good / total",
        "  TEEP –",
        f"  20.0 min: {WORDS} → oee 58.8%",
        f"  7 pieces: {WORDS} → oee 58.8%",
    ]


def test_groups_are_told_by_their_words() -> None:
    kpi = {"id": "oee_index", "value": 0.5, "unit": "1"}
    item = {"key": {"shift": "Early", "product": None}, "busy_us": 90 * 60_000_000, "good": 7, "kpis": [kpi]}
    said = groups_in_words(PERIOD | {"by": ["shift", "product"], "items": [item]})
    assert [" ".join(line.split()) for line in said[1:]] == ["Early · – 90.0 min 7 good oee_index 50.0%"]


def test_an_installation_is_asked(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(app, ["init", str(tmp_path / "plant")]).exit_code == 0
    data = ["--data", str(tmp_path / "data")]
    assert run(app, ["apply", str(tmp_path / "plant"), "--yes", *data]).exit_code == 0
    asked = [
        "kpis",
        "acme/site/hall/line1/machine1",
        "--start",
        "2026-01-05T06:00:00Z",
        "--end",
        "2026-01-05T07:00:00Z",
    ]
    assert "Mean operating time between failures" in run(app, [*asked, *data]).output
    assert "UMH classic: availability –" in run(app, [*asked, "--conventions", *data]).output
    told = json.loads(run(app, [*asked, "--conventions", "--json", *data]).output)
    assert [one["id"] for one in told["conventions"]] == ["iso22400", "traksys", "aveva", "classic", "umh_classic"]
    apart = json.loads(run(app, [*asked, "--by", "shift,product", "--json", *data]).output)
    assert apart["by"] == ["shift", "product"]
    assert "by shift, product" in run(app, [*asked, "--by", "shift,product", *data]).output
    earlier = ["--as-of", "2026-01-05T12:00:00Z", "--json", *data]
    assert json.loads(run(app, [*asked, "--json", *data]).output)["as_of"] is None
    assert isinstance(json.loads(run(app, [*asked, *earlier]).output)["as_of"], int)
    assert "--as-of" in run(app, [*asked, "--conventions", *earlier]).output
    lost = json.loads(run(app, ["pareto", *asked[1:], "--by", "crew", *earlier]).output)
    assert (lost["by"], lost["start"], lost["lost_us"]) == ("crew", "2026-01-05T06:00:00.000000Z", 0)
    assert isinstance(lost["as_of"], int)
    assert run(app, ["pareto", *asked[1:], *data]).output == "lost 0.0 min\n"


def test_an_installation_says_what_moved_a_figure(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(app, ["init", str(tmp_path / "plant")]).exit_code == 0
    data = ["--data", str(tmp_path / "data")]
    assert run(app, ["apply", str(tmp_path / "plant"), "--yes", *data]).exit_code == 0
    asked = ["diff-kpi", "acme/site/hall/line1/machine1", "--kpi", "availability", "--since", "yesterday", *data]
    said = run(app, asked)
    assert said.exit_code == 0, said.output
    assert said.output.splitlines()[0] == "availability  – → –  –"
    told = json.loads(run(app, [*asked, "--json"]).output)
    assert (told["kpi"], told["before"], told["after"], told["next"]) == ("availability", None, None, None)
    assert run(app, [*asked[:1], "acme/nowhere", *data]).exit_code != 0
