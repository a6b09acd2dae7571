"""The copies of a site from a terminal: what the plant code says of them, and what is wrong before it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dovetail.cli.main import app

PLANT = """\
plant: {{format: 1, name: Test}}
equipment:
  acme: {{level: Enterprise, timezone: UTC}}
  acme/press: {{level: WorkUnit, tags: {{speed: {{unit: mm}}}}}}
forwarding:
  hq: {{{entry}}}
"""
SOUND = "to: clickhouse, site: brno, host: hq.example, password: secret://hq"


def invoke(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def written(folder: Path, entry: str) -> Path:
    (folder / "plant.yaml").write_text(PLANT.format(entry=entry))
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plant with a copy, applied; nothing runs."""
    folder = tmp_path_factory.mktemp("plant")
    done = invoke("apply", written(folder, SOUND), "--yes", "--data", folder / "data")
    assert done.exit_code == 0, done.output
    return folder / "data"


def test_a_copy_is_shown_as_the_plant_code_says_it(data: Path) -> None:
    done = invoke("forwarding", "status", "--data", data)
    assert done.exit_code == 0, (done.output, done.exception)
    assert done.stdout.splitlines() == [
        "hq  behind  clickhouse on hq.example as site brno",
        "  4 tags, never seen to be equal, 0 samples brought since the server began",
    ]


def test_for_programs_it_is_json_and_holds_no_secret(data: Path) -> None:
    (one,) = json.loads(invoke("forwarding", "status", "--json", "--data", data).stdout)
    assert (one["name"], one["state"], one["equal_as_of"], one["cause"]) == ("hq", "behind", None, None)
    assert "secret" not in json.dumps(one)


def test_only_a_running_server_compares(data: Path) -> None:
    done = invoke("forwarding", "run", "hq", "--data", data)
    assert done.exit_code == 1


WRONG = [
    ("to: mysql, site: brno, host: hq",                                    "postgresql"),
    ("to: clickhouse, site: 'brno pack', host: hq",                        "site"),
    ("to: clickhouse, site: brno, host: hq, tls: 'off'",                   "DT-P802"),
    ("to: clickhouse, site: brno, host: hq, password: hunter2",            "DT-P024"),
    ("to: clickhouse, site: brno, host: hq, equipment: [acme/pres]",       "did you mean acme/press"),
    ("to: clickhouse, site: brno, host: hq, every_s: 1",                   "every_s"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "said"), WRONG)
def test_what_is_wrong_is_said_before_it_holds(tmp_path: Path, entry: str, said: str) -> None:
    done = invoke("validate", written(tmp_path, entry))
    assert done.exit_code == 1
    assert said in done.output


@pytest.mark.parametrize("entry", [SOUND, "to: postgresql, site: brno, host: localhost, tls: 'off', tags: ['*.speed']"])
def test_what_is_sound_is_taken(tmp_path: Path, entry: str) -> None:
    done = invoke("validate", written(tmp_path, entry))
    assert done.exit_code == 0, done.output
