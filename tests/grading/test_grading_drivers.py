"""A driver is worth what the suite sees of it: the one of the manual, those of the house, and one that is broken."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.core import plugins
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError, InvalidError
from dovetail.drivers.base import PACKAGE, Surroundings
from dovetail.grading import grades, looking
from dovetail.grading.candidates import candidate
from dovetail.grading.examining import examine
from dovetail.grading.grades import CRITERIA, IN_ORDER, Verdict, grade_of
from dovetail.grading.looking import closes, opened, refuses, secures, writes
from dovetail.testing.benches import BENCHES, MqttBench, SparkplugBench
from dovetail.testing.benches.text import SerialTextBench

DOCS = Path(__file__).parents[2] / "docs"
KEPT = json.loads((DOCS / "grades.json").read_text(encoding="utf-8"))
ALL: dict[str, Verdict] = dict.fromkeys(IN_ORDER, "holds")


@pytest.mark.parametrize(("missing", "verdict", "grade"), [
    (None, "holds", "platinum"),
    (grades.READS, "fails", "none"),
    (grades.CLOSES, "not tried", "none"),          # what was not tried is not held to be so
    (grades.CABLE, "fails", "bronze"),
    (grades.CABLE, "does not apply", "platinum"),  # a folder has no cable
    (grades.BROWSES, "fails", "silver"),
    (grades.SECURES, "not tried", "silver"),
    (grades.HOLDS, "not tried", "gold"),
])  # fmt: skip
def test_a_grade_is_worth_the_weakest_of_its_criteria(missing: str | None, verdict: Verdict, grade: str) -> None:
    changed: dict[str, Verdict] = {missing: verdict} if missing else {}
    assert grade_of(ALL | changed) == grade


@pytest.mark.parametrize("row", BENCHES)
def test_no_badly_written_address_breaks_a_driver(row: str) -> None:
    found = refuses(BENCHES[row](), seed=3)
    assert found.verdict == "holds", found.evidence


@pytest.mark.parametrize("row", ["mqtt", "sparkplug", "modbus", "modbus, RTU over TCP", "s7", "ethernetip"])
async def test_what_is_written_is_what_the_device_says_afterwards(row: str) -> None:
    found = await writes(BENCHES[row]())
    assert (found.verdict, found.evidence) == ("holds", "2 values")


@pytest.mark.parametrize("bench", [MqttBench, SparkplugBench])
async def test_a_secured_broker_gives_its_values_to_who_proves_himself_and_to_nobody_else(bench: Any) -> None:
    found = await secures(bench())
    assert found.verdict == "holds", found.evidence
    async with opened(bench().secured()) as here:
        proof = {"user", "password"}
        stranger = {name: one for name, one in here.bench.options(here.cable.port).items() if name not in proof}
        spec = plugins.load(PACKAGE, bench.driver)
        with pytest.raises(ConfigError, match="does not let us in"):
            await spec.open(spec.check(stranger), Surroundings(SystemClock())).open()


async def test_a_protocol_without_any_proof_does_not_secure_its_link() -> None:
    found = await secures(BENCHES["modbus"]())
    assert (found.verdict, found.evidence) == (
        "fails",
        "the protocol, as it is spoken here, knows no proof and no secrecy",
    )


def test_every_driver_of_the_house_was_examined_by_all_criteria() -> None:
    drivers = {name for name, _ in plugins.load_all(PACKAGE)}
    assert drivers == KEPT.keys()
    assert {name: list(found) for name, found in KEPT.items()} == {name: list(IN_ORDER) for name in KEPT}


@pytest.mark.soak
@pytest.mark.parametrize("driver", sorted({make.driver for make in BENCHES.values()}))  # sql is tried with its server
async def test_what_is_kept_of_a_driver_is_what_is_seen_again(driver: str) -> None:
    _, benches = candidate(driver)
    report = await examine(driver, benches, lasts="an hour")
    assert report.verdicts == {name: one["verdict"] for name, one in KEPT[driver].items()}, report.found


# --- the worked plug-in of the manual -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages in which the manual's driver is installed, as its two files stand there."""
    folder = tmp_path_factory.mktemp("site")
    page = (DOCS / "how-to" / "own-driver.md").read_text(encoding="utf-8")
    for name, code in re.findall(r"`(\w+\.py)`:\n\n```python\n(.*?)```", page, re.DOTALL):
        (folder / name).write_text(code, encoding="utf-8")
    (points,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    info = folder / "my_driver-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-driver\nVersion: 1.0\n", encoding="utf-8")
    said = points.replace('[project.entry-points."', "[").replace('"]', "]").replace('"', "")
    (info / "entry_points.txt").write_text(said, encoding="utf-8")
    return folder


def run(folder: Path, *words: str) -> tuple[int, str]:
    """The command as somebody types it, where that folder is one of installed packages."""
    around = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "dovetail.cli", "driver", "check", *words]
    done = subprocess.run(command, env=around, capture_output=True, text=True, cwd=folder, timeout=300, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_driver_of_the_manual_is_silver(installed: Path) -> None:
    code, said = run(installed, "mydevice", "--json", "--at-least", "silver")
    report: dict[str, Any] = json.loads(said)
    assert (code, report["driver"], report["grade"]) == (0, "mydevice", "silver"), said
    verdicts = {one["criterion"]: one["verdict"] for one in report["criteria"]}
    assert [verdicts[name] for name in CRITERIA["gold"]] == ["holds", "holds", "fails", "holds"]


@pytest.mark.parametrize(("driver", "bench", "why"), [
    ("nothing", None, "has no 'nothing'"),
    ("my_driver:PLUGIN", None, "is tried with a bench"),
    ("my_driver:MyDriver", "my_driver_bench:MyBench", "is no DriverSpec"),
    ("serialtext", "my_driver_bench:Nobody", "cannot be imported"),
    ("sql", None, "nothing that sql could be tried with"),
])  # fmt: skip
def test_what_cannot_be_tried_is_said(
    installed: Path, monkeypatch: pytest.MonkeyPatch, driver: str, bench: str | None, why: str
) -> None:
    monkeypatch.setattr(sys, "path", [str(installed), *sys.path])
    with pytest.raises(ConfigError, match=why):
        candidate(driver, bench)


def test_a_grade_that_does_not_exist_is_refused_before_anything_is_played() -> None:
    done = CliRunner().invoke(app, ["driver", "check", "modbus", "--at-least", "wood"])
    assert isinstance(done.exception, InvalidError)


# --- a driver that is broken ----------------------------------------------------------------------------------


@pytest.fixture
def lend() -> Iterator[Any]:
    """Put another plug-in in the place of one of the house, until the test ends."""
    yield lambda name, plugin: plugins.lend(PACKAGE, name, plugin)
    plugins.take_back(PACKAGE)


def test_an_address_that_brings_another_error_than_a_sentence_is_found(lend: Any) -> None:
    lend("serialtext", _with(parse_address=lambda text: text[0]))
    found = refuses(SerialTextBench(), seed=1)
    assert (found.verdict, found.evidence) == ("fails", "'' brings IndexError: string index out of range")


async def test_a_driver_that_leaves_its_socket_open_is_found(lend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "ENDS_S", 0.5)  # it never closes it

    class Leaving(plugins.load(PACKAGE, "serialtext").open.load()):
        kept: list[Any] = []  # noqa: RUF012 - it is what is wrong with it

        async def close(self) -> None:
            self.kept.append(self._wire)

    lend("serialtext", _with(open=Leaving))
    found = await closes(SerialTextBench())
    for wire in Leaving.kept:
        wire.cut()
    assert found.verdict == "fails"
    assert "files" in found.evidence


def _with(**changes: Any) -> Any:
    return replace(plugins.load(PACKAGE, "serialtext"), **changes)


def test_a_lent_plug_in_is_known_and_taken_back(lend: Any) -> None:
    lend("mydevice", _with(title="lent"))
    assert plugins.load(PACKAGE, "mydevice").title == "lent"
    assert "mydevice" in plugins.names(PACKAGE)
    plugins.take_back(PACKAGE)
    with pytest.raises(ConfigError, match="has no 'mydevice'"):
        plugins.load(PACKAGE, "mydevice")
