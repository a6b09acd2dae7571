"""From a terminal: rules from plant code, what would go, let it go, what went, and what is held, as people see it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from dovetail.app.bootstrap import House, open_house
from dovetail.cli.main import app
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import DAY_US, from_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.ownership.control import AsCli
from dovetail.ownership.settings import Settings

PLANT = """\
plant: {format: 1, name: Test}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/press: {level: WorkUnit, tags: {speed: {unit: mm}}}
retention:
  acme:
    drop_after: 1 y
    tags: {speed: {drop_after: 1 y}}
"""
OLD_US = from_rfc3339("2020-03-05T00:00:00Z")
PERIOD = ("2020-03-01T00:00:00Z", "2020-03-02T00:00:00Z")


def speed(house: House) -> int:
    return house.rooms.equipment.plant().tag_by_path("acme/press.speed").id


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plant with a sample of long ago, one of the day of the cut, and one that is new; nothing runs."""
    folder = tmp_path_factory.mktemp("keeping")
    (folder / "plant.yaml").write_text(PLANT)
    made = folder / "data"
    done = CliRunner().invoke(app, ["apply", str(folder), "--yes", "--data", str(made)])
    assert done.exit_code == 0, done.output
    with open_house(Settings(data=made)) as house:
        moments = [OLD_US, *(house.clock.now_us() - day * DAY_US for day in range(430, 0, -1))]
        rows = [(speed(house), ts, 1.5, 0xC0) for ts in moments]
        house.rooms.historian.put([Frame("test", Lane.IMPORT, 1, 1, (Batch.of(Kind.F64, rows),))])
        while house.rooms.historian.seal_once():
            pass
    return made


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["samples", *words, "--data", str(data)])


def test_what_would_go_is_said_and_nothing_goes(data: Path) -> None:
    found = json.loads(run(data, "retention", "plan", "--json").stdout)
    first = found["lines"][0]
    assert (first["act"], first["rule"], first["month"], first["samples"]) == ("drop", "acme.speed", "2020-03", 1)
    assert found["rules"][0]["drop_after_d"] == 366
    said = run(data, "retention", "plan").stdout
    assert "drop     2020-03" in said
    assert "rule acme.speed" in said
    assert run(data, "retention", "drops").stdout == ""


def test_what_is_held_is_shown_with_who_and_why_until_it_is_released(data: Path) -> None:
    done = run(data, "hold", *PERIOD, "--tag", "acme/press.speed", "--equipment", "acme", "--reason", "claim 4711")
    assert done.exit_code == 0, (done.output, done.exception)
    assert "claim 4711" in run(data, "holds").stdout
    (hold,) = json.loads(run(data, "holds", "--json").stdout)
    assert run(data, "release", str(hold["id"]), "--reason", "settled").exit_code == 0
    assert "settled" in run(data, "holds").stdout
    assert isinstance(run(data, "hold", *PERIOD, "--reason", "nothing named").exception, InvalidError)


def test_it_is_let_go_from_a_terminal_on_a_folder_where_nothing_runs(data: Path, tmp_path: Path) -> None:
    """What is asked is shown first; a no changes nothing; then nothing is left that is due, and the record says so."""
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    due = json.loads(run(folder, "retention", "plan", "--json").stdout)
    refused = CliRunner().invoke(app, ["samples", "retention", "run", "--data", str(folder)], input="n\n")
    assert refused.exit_code == 1
    assert "drop     2020-03" in refused.stdout
    assert run(folder, "retention", "drops").stdout == ""
    done = run(folder, "retention", "run", "--yes", "--reason", "the disk is small")
    assert done.exit_code == 0, (done.output, done.exception)
    assert done.stdout.splitlines()[-1] == f"{due['samples']:,} samples"
    gone = json.loads(run(folder, "retention", "drops", "--json").stdout)
    assert sum(one["samples"] for one in gone) == due["samples"] > 1
    assert all(one["done"] for one in gone)
    again = run(folder, "retention", "run", "--yes")
    assert again.exit_code == 0
    assert again.stdout.startswith("0 samples, 0.0 MB would go")


def test_what_waits_for_a_copy_is_said_and_stays(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    plant = tmp_path / "plant"
    plant.mkdir()
    (plant / "plant.yaml").write_text(PLANT + "    wait_for: [backup]\n")
    applied = CliRunner().invoke(app, ["apply", str(plant), "--yes", "--data", str(folder)])
    assert applied.exit_code == 0, applied.output
    said = run(folder, "retention", "run", "--yes")
    assert said.exit_code == 0
    first, *_, last = said.stdout.splitlines()
    assert first.startswith("waits    2020-03")
    assert first.endswith("rule acme.speed: no backup was ever restored to prove it (dovetail backup verify)")
    assert last.startswith("0 samples, 0.0 MB would go")
    assert run(folder, "retention", "drops").stdout == ""


def test_what_went_is_known_to_whoever_asks_the_api(data: Path) -> None:
    with open_house(Settings(data=data)) as house:
        client = TestClient(AsCli(house.app), base_url="http://localhost")
        digest = client.get("/api/v1/retention/plan").json()["digest"]
        refused = client.post("/api/v1/retention/run", json={"plan": "another"}, headers={"Idempotency-Key": "1"})
        assert (refused.status_code, refused.json()["code"]) == (409, "retention-plan")
        begun = client.post("/api/v1/retention/run", json={"plan": digest}, headers={"Idempotency-Key": "2"})
        assert begun.status_code == 202
        while house.keeper.step():
            pass
        assert client.get(f"/api/v1/jobs/{begun.json()['job_id']}").json()["state"] == "done"
        asked = {"start": PERIOD[0], "end": "2020-04-01T00:00:00Z"}
        (went,) = client.get(f"/api/v1/tags/{speed(house)}/dropped", params=asked).json()["items"]
        assert (went["rule"], went["act"]) == ("acme.speed", "drop")
        assert went["start"].startswith("2020-03-05T00:00:00")
        assert client.get("/api/v1/retention/drops").json()["items"][-1]["month"] == "2020-03"
        assert client.get("/api/v1/tags/999/dropped", params=asked).status_code == 404
