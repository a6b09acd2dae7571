"""Conventions and targets are plant code: what is wrong is said at its line, and a change leaves the past as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.core.bus import Bus
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.events.equipment import PlantApplied
from dovetail.yardsticks import service
from dovetail.yardsticks.service import Yardsticks

SYSTEM = system_scope("test").actor


def apply(database: Database, bus: Bus, kind: str, bodies: dict[str, object], valid_from_us: int) -> None:
    with database.write(SYSTEM) as uow:
        service.apply(uow, kind, bodies, valid_from_us)  # type: ignore[arg-type]
        known = uow.known
    bus.publish(PlantApplied(1, valid_from_us, known))


def test_conventions_hold_from_their_version_on_and_until_the_next(database: Database, bus: Bus) -> None:
    yardsticks = Yardsticks(database, bus)
    assert yardsticks.conventions(10) == {}
    apply(database, bus, "convention", {"conventions": {"micro_stop": "speed"}}, 100)
    apply(database, bus, "convention", {"conventions": {"micro_stop": "speed", "micro_stop_s": 30.0}}, 200)
    apply(database, bus, "convention", {"conventions": None}, 300)
    told = [yardsticks.conventions(at_us) for at_us in (99, 100, 199, 200, 300)]
    assert told == [{}, {"micro_stop": "speed"}, {"micro_stop": "speed"},
                    {"micro_stop": "speed", "micro_stop_s": 30.0}, {}]  # fmt: skip


def test_targets_are_inherited_down_the_tree_and_have_time(database: Database, bus: Bus) -> None:
    yardsticks = Yardsticks(database, bus)
    apply(database, bus, "target", {"acme": {"oee_index": 0.6, "scrap_ratio": 0.02}}, 100)
    apply(database, bus, "target", {"acme/line": {"oee_index": 0.8}}, 200)
    at = {
        moment: {kpi: (one.value, one.of) for kpi, one in yardsticks.targets("acme/line/filler", moment).items()}
        for moment in (50, 150, 250)
    }
    assert at == {
        50: {},
        150: {"oee_index": (0.6, "acme"), "scrap_ratio": (0.02, "acme")},
        250: {"oee_index": (0.8, "acme/line"), "scrap_ratio": (0.02, "acme")},
    }
    assert yardsticks.targets("acme/line2", 250)["oee_index"].value == 0.6  # beside it, not below it


@pytest.mark.parametrize(("written", "says"), [
    ("conventions: {micro_stop: often}", "micro_stop"),
    ("conventions: {micro_stop_s: 900}", "micro_stop_s"),
    ("conventions: {micro_stops: speed}", "micro_stops"),
    ("targets:\n  acme/site/hall/line9: {oee_index: 0.8}", "DT-P811"),
    ("targets:\n  acme: {oee: 0.8}", "DT-P812"),
    ("targets:\n  acme: {oee_index: -1}", "oee_index"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_line(tmp_path: Path, written: str, says: str) -> None:
    run = CliRunner().invoke
    assert run(app, ["init", str(tmp_path / "plant")]).exit_code == 0
    (tmp_path / "plant" / "figures.yaml").write_text(written + "\n")
    said = run(app, ["validate", str(tmp_path / "plant")])
    assert said.exit_code != 0
    assert says in said.output
    assert "figures.yaml:" in said.output


def test_a_plant_with_both_is_applied_and_exported(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(app, ["init", str(tmp_path / "plant")]).exit_code == 0
    wanted = "conventions: {failures: per_failure, micro_stop_s: 60}\ntargets:\n  acme: {oee_index: 0.7}\n"
    (tmp_path / "plant" / "figures.yaml").write_text(wanted)
    data = ["--data", str(tmp_path / "data")]
    done = run(app, ["apply", str(tmp_path / "plant"), "--yes", *data])
    assert (done.exit_code, "new conventions from then on" in done.output) == (0, True)
    assert run(app, ["plan", str(tmp_path / "plant"), *data]).exit_code == 0  # nothing left to do
    begin, end = ((datetime.now(UTC) + timedelta(hours=n)).isoformat() for n in (-1, 1))
    said = run(app, ["kpis", "acme/site/hall/line1/machine1", "--start", begin, "--end", end, *data])
    assert "failures: per_failure" in said.output
