"""Signals from a terminal, on a running installation with a Modbus machine and an OPC UA server within reach."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from dovetail.app.bootstrap import open_house
from dovetail.cli.main import app
from dovetail.core.errors import DovetailError, InvalidError, LinkError, NotFoundError
from dovetail.ownership.control import serving
from dovetail.ownership.settings import Settings
from dovetail.sim.line import Change
from dovetail.sim.packml import Mode, Reason, State
from dovetail.sim.servers.modbus import ModbusUnitServer
from dovetail.sim.servers.opcua import StandardNodes, UnitServer
from dovetail.sim.truth import Counts, Status
from dovetail.testing.clock import DAY_ZERO_US

STATUS = Status(State.EXECUTE, Mode.PRODUCTION, Reason.NONE, starved=False, blocked=False)
FIRST = Change(DAY_ZERO_US, "filler", STATUS, 80.5, Counts(117, 3))
PLANT = """\
plant: {{format: 1, name: Test}}
scan_classes:
  default: {{mode: poll, interval_ms: 100}}
connections:
  plc1: {{driver: modbus, options: {{host: 127.0.0.1, port: {modbus}}}}}
  cell: {{driver: opcua, options: {{endpoint: "{opcua}", security: {{policy: "None", insecure: true}}}}}}
  gone: {{driver: modbus, options: {{host: 127.0.0.1, port: {nobody}}}}}
equipment:
  acme: {{level: Enterprise, timezone: UTC}}
  acme/press:
    level: WorkUnit
    tags:
      speed: {{connection: plc1, address: "30005:float32", scale: 2, unit: "{{#}}/min"}}
      total: {{connection: plc1, address: "30007:uint32", kind: u64}}
      outside: {{connection: plc1, address: "30900"}}
      note: {{kind: str}}
"""


@dataclass(frozen=True)
class Site:
    """A running installation and the machine it reads."""

    data: Path
    device: ModbusUnitServer
    client: TestClient

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--data", str(self.data)])

    def rows(self, *words: str, code: int = 0) -> Any:
        found = self.run(*words, "--json")
        assert found.exit_code == code, (found.output, found.exception)
        return json.loads(found.stdout)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("tags") / "data"
    with open_house(Settings(data=data)) as house, TestClient(house.gated) as client, serving(house.app, data):
        assert client.portal is not None
        call = client.portal.call
        device = ModbusUnitServer("filler", port=0)
        call(device.start, FIRST)
        cell = UnitServer("capper", port=0, standard=call(StandardNodes.make))
        call(cell.start, FIRST)
        with socket.socket() as nobody:  # bound and not listening: who calls is refused
            nobody.bind(("127.0.0.1", 0))
            text = PLANT.format(modbus=device.port, opcua=cell.endpoint, nobody=nobody.getsockname()[1])
            house.rooms.equipment.apply({"plant.yaml": text.encode()}, scope=house.scope)
            yield Site(data, device, client)
        call(device.stop)
        call(cell.stop)


def until_good(site: Site, *words: str) -> Any:
    """The rows once all of them are good; half a minute at most."""
    deadline_s = time.monotonic() + 30
    while (found := site.run("tag", "read", *words, "--json")).exit_code != 0:
        assert time.monotonic() < deadline_s, (found.output, found.exception)
        time.sleep(0.05)
    return json.loads(found.stdout)


def test_what_the_store_holds_is_read_with_its_quality_and_time(site: Site) -> None:
    speed, total = until_good(site, "acme/press.speed", "acme/press.total")
    assert (speed["value"], speed["unit"], speed["quality_name"], speed["address"]) == (
        161.0,
        "{#}/min",
        "GOOD",
        "30005:float32",
    )
    assert total["value"] == 117 and total["ts"]


def test_the_device_is_asked_and_scaled_as_the_plant_has_it(site: Site) -> None:
    speed, bad = site.rows("tag", "read", "acme/press.speed", "acme/press.outside", "--device", code=3)
    assert (speed["value"], speed["good"], speed["native"]) == (161.0, True, 0)
    assert (bad["value"], bad["good"], bad["native_words"]) == (None, False, "0x02 illegal data address")
    assert speed["ts"] and speed["ts_device"] is None  # Modbus tells no time


def test_addresses_that_are_no_tags_are_read_as_what_they_seem_to_be(site: Site) -> None:
    (found,) = site.rows("tag", "read", "30007:uint32", "--connection", "plc1")
    assert (found["tag"], found["address"], found["value"]) == (None, "30007:uint32", 117)
    lines = site.run("tag", "read", "nonsense", "-c", "plc1")
    assert lines.exit_code == 3 and "nonsense" in lines.output


def test_a_device_tells_what_it_has_level_by_level(site: Site) -> None:
    top = site.rows("tag", "browse", "cell")
    assert {one["level"] for one in top} == {0} and all(one["address"] for one in top)
    unit = next(one["address"] for one in top if one["name"] == "Capper")
    found = {one["name"]: one for one in site.rows("tag", "browse", "cell", unit, "--depth", "2")}
    assert (found["Status"]["is_folder"], found["Status"]["level"]) == (True, 0)
    speed = found["CurMachSpeed"]
    assert (speed["is_folder"], speed["level"]) == (False, 1)
    (read,) = site.rows("tag", "read", speed["address"], "-c", "cell")
    assert read["value"] == 80.5 and read["ts_device"].startswith("2026-01-05T06:00:00")
    lines = site.run("tag", "browse", "cell", unit).output.splitlines()
    assert any(line.startswith("Status/ ") for line in lines)


def test_every_stored_sample_of_a_watched_tag_is_told_once(site: Site) -> None:
    until_good(site, "acme/press.total")
    assert site.client.portal is not None
    for pieces in range(118, 121):
        site.client.portal.call(site.device.publish, Change(0, "filler", STATUS, 80.5, Counts(pieces, 3)))
    lines = site.run("tag", "watch", "acme/press.total", "--every", "0.2", "--count", "8", "--for", "30", "--json")
    assert lines.exit_code == 0, lines.exception
    told = [json.loads(line) for line in lines.stdout.splitlines()]
    times = [one["ts"] for one in told]
    assert len(told) == 8 and times == sorted(set(times))
    assert told[-1]["value"] == 120 and told[-1]["good"]


def test_a_watched_address_is_told_when_it_changes(site: Site) -> None:
    words = ("tag", "watch", "30009:uint32", "-c", "plc1", "--every", "0.2", "--for", "1", "--json")
    assert [json.loads(line)["value"] for line in site.run(*words).stdout.splitlines()] == [3]


def test_what_tags_came_to_is_told_interval_by_interval(site: Site) -> None:
    until_good(site, "acme/press.speed")
    words = ("tag", "aggregate", "acme/press.speed", "acme/press.total", "--of", "Maximum,PercentGood")
    last = site.rows(*words, "--every", "3600", "--hours", "2")[-4:]
    assert [(row["path"], row["aggregate"]) for row in last] == [
        ("acme/press.speed", "Maximum"), ("acme/press.speed", "PercentGood"),
        ("acme/press.total", "Maximum"), ("acme/press.total", "PercentGood"),
    ]  # fmt: skip
    assert (last[0]["value"], last[0]["unit"], last[1]["unit"]) == (161.0, "{#}/min", "%")
    line = site.run(*words).output.splitlines()[0]
    assert "acme/press.speed  Maximum  161 {#}/min" in line and "Partial" in line


def test_what_was_corrected_later_does_not_count_as_of_before(site: Site) -> None:
    until_good(site, "acme/press.speed")
    words = ("tag", "aggregate", "acme/press.speed", "--of", "Maximum")
    (before,) = site.rows(*words)
    span = (before["start"], before["end"])
    said = site.run("samples", "amend", "acme/press.speed", *span, "--scale", "10", "--reason", "read in tenths")
    assert said.exit_code == 0, said.output
    known = [site.rows(*words, *as_of)[0]["value"] for as_of in ((), ("--as-of", "0"))]
    (one,) = site.rows("samples", "corrections", "acme/press.speed")
    site.run("samples", "undo", str(one["id"]), "--reason", "it was right")
    assert known == [before["value"] * 10, before["value"]]


def test_without_jobs_there_is_nothing_to_tell_of_them(site: Site) -> None:
    assert site.rows("tag", "aggregate", "acme/press.speed", "--over", "jobs") == []


@pytest.mark.parametrize("words, kind, says", [
    (["aggregate", "acme/press.speed", "--of", "Mean"], InvalidError, "no aggregate 'Mean'"),
    (["aggregate", "acme/press.note"],        InvalidError,  "is a text and has no TimeAverage2"),
    (["read", "acme/press.sped"],             NotFoundError, "no tag 'acme/press.sped'"),
    (["read", "press.speed"],                 NotFoundError, "no tag 'press.speed'"),
    (["read", "acme/press.note", "--device"], InvalidError,  "is not read from a device"),
    (["read", "30001", "-c", "nobody"],       NotFoundError, "no connection 'nobody'"),
    (["read", "30001", "-c", "gone"],         LinkError,     "refuses the connection"),
    (["browse", "plc1"],                      DovetailError, "cannot be browsed"),
])  # fmt: skip
def test_what_cannot_be_asked_is_said(site: Site, words: list[str], kind: type[DovetailError], says: str) -> None:
    found = site.run("tag", *words)
    assert found.exit_code == 1 and isinstance(found.exception, kind)
    assert says in found.exception.message


def test_a_near_name_is_offered(site: Site) -> None:
    found = site.run("tag", "read", "press.speed")
    assert isinstance(found.exception, NotFoundError) and found.exception.hint == "did you mean acme/press.speed?"


def test_without_a_running_installation_no_device_is_asked(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["tag", "browse", "plc1", "--data", str(tmp_path)])
    assert isinstance(found.exception, LinkError) and "nothing runs on" in found.exception.message
