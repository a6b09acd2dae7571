"""An engineer connects a device by clicks: tries it, sees what would be written, applies it, takes it back."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from dovetail.app.bootstrap import House, open_house
from dovetail.ownership.settings import Settings
from dovetail.security.service import SetUp
from dovetail.sim.line import Change
from dovetail.sim.packml import Mode, Reason, State
from dovetail.sim.servers.modbus import ModbusUnitServer
from dovetail.sim.truth import Counts, Status

STATUS = Status(State.EXECUTE, Mode.PRODUCTION, Reason.NONE, starved=False, blocked=False)
WORD = "quiet bottles on a belt"
SECRET = "never-in-a-file-1"  # what must not come back
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Site:
    """A running installation as its first person sees it, and a machine in reach of it."""

    house: House
    client: TestClient
    device: ModbusUnitServer

    @property
    def port(self) -> int:
        return self.device.port

    def publish(self, pieces: int) -> None:
        """The machine has made so many."""
        assert self.client.portal is not None
        self.client.portal.call(self.device.publish, Change(0, "filler", STATUS, 80.5, Counts(pieces, 3)))


@contextmanager
def running(data: Path) -> Iterator[Site]:
    """An empty installation, set up, and a machine with ten input registers: PackML state 6, 117 processed."""
    with (
        open_house(Settings(data=data)) as house,
        TestClient(house.gated, base_url="http://127.0.0.1/api/v1") as client,
    ):
        assert client.portal is not None
        device = ModbusUnitServer("filler", port=0)
        client.portal.call(device.start, Change(0, "filler", STATUS, 80.5, Counts(117, 3)))
        given = SetUp(token=house.security.new_set_up_token(), login="anna", name="Anna", password=WORD)
        answer = client.post("/setup", json=given.model_dump())
        assert answer.status_code == 201, answer.text
        yield Site(house, client, device)
        client.portal.call(device.stop)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation in which no test changes the plant."""
    with running(tmp_path_factory.mktemp("empty") / "data") as site:
        yield site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An installation of the test's own."""
    with running(tmp_path / "data") as found:
        yield found


def link(port: int, **options: Any) -> dict[str, Any]:
    return {"driver": "modbus", "options": {"host": "127.0.0.1", "port": port, **options}}


def wanted(port: int, **machine: Any) -> dict[str, Any]:
    """A first machine, whole: where it stands, three signals, what they mean."""
    signals = [
        {"property": "running", "address": "30001", "kind": "i64"},
        {"property": "total", "address": "30007:uint32", "kind": "u64", "unit": "{#}"},
        {"property": "speed", "address": "30005:float32", "kind": "f64", "scale": 2, "scan": "slow"},
    ]
    whole = {
        "path": "acme/hall/press",
        "name": "Press",
        "standard_rate_upm": 60,
        "calendar": "around-the-clock",
        "above": [
            {"path": "acme", "level": "Enterprise", "name": "Acme", "timezone": "Europe/Prague"},
            {"path": "acme/hall", "level": "ProductionLine", "name": "Hall"},
        ],
        "signals": signals,
        "states": {"packml": {"state": "running"}},
        "counters": {"total": {"tag": "total", "max_rate_upm": 200}},
    }
    return {"link": link(port), "machine": {**whole, **machine}, "plant_name": "Acme plant"}


def apply(client: TestClient, body: dict[str, Any], *, seen: int = 0) -> httpx2.Response:
    return client.put("/connections/plc1", json={**body, "seen": seen})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_driver_brings_its_form_its_words_and_addresses(empty: Site) -> None:
    found = {one["name"]: one for one in (empty.client.get("/drivers")).json()["items"]}
    assert {"modbus", "opcua"} <= found.keys()
    modbus, opcua = found["modbus"], found["opcua"]
    assert modbus["options"]["properties"]["port"]["default"] == 502
    assert modbus["first"][:2] == ["link", "host"] and modbus["says"] and modbus["needs"]
    assert (modbus["browses"], opcua["browses"]) == (False, True)
    assert opcua["options"]["properties"]["password"]["x-secret"] is True
    assert [one["address"] for one in modbus["examples"]][:1] == ["40001"]


def test_a_try_says_what_answered_and_what_the_signals_hold(empty: Site) -> None:
    signals = [
        {"property": "state", "address": "30001"},
        {"property": "total", "address": "30007:uint32"},
        {"property": "starved", "address": "30004.0"},
        {"property": "speed", "address": "30005:float32", "scale": 2.0, "offset": -1},
        {"property": "typo", "address": "3001"},
        {"property": "nowhere", "address": "30200"},
    ]
    body = {"link": link(empty.port), "signals": signals, "states": {"packml": {"state": "state"}}}
    answer = empty.client.post("/connections/try", json=body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["ok"] and told["where"] == f"modbus://127.0.0.1:{empty.port}/1"
    assert told["connected_ms"] is not None and told["answered_ms"] >= 0
    assert told["meaning"] == {"state": "Execute", "mode": "Production", "reason": None}
    read = [(one["kind"], one["value"], one["quality_name"]) for one in told["signals"]]
    assert read[:4] == [("i64", 6, "GOOD"), ("i64", 117, "GOOD"), ("bool", False, "GOOD"), ("f64", 160.0, "GOOD")]
    assert "five or six digits" in told["signals"][4]["error"] and "403002" in told["signals"][4]["hint"]
    assert read[5][1:] == (None, "BAD_CONFIG")


def test_a_machine_whose_class_says_how_has_signals_without_a_meaning_of_its_own(empty: Site) -> None:
    signals = [{"property": "state", "address": "30001"}]
    body = {"link": link(empty.port), "signals": signals, "states": {"micro_stop_s": 30}}
    answer = empty.client.post("/connections/try", json=body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["meaning"], answer.json()["signals"][0]["value"]) == (None, 6)


def test_a_link_is_held_between_looks_and_says_what_moved(empty: Site) -> None:
    states = {"activity": {"tag": "total", "timeout_s": 5}}
    signals = [{"property": "total", "address": "30007:uint32"}]
    body = {"link": link(empty.port, timeout_s=0.9), "signals": signals, "states": states}
    first = (empty.client.post("/connections/try", json=body)).json()
    empty.publish(120)
    second = (empty.client.post("/connections/try", json=body)).json()
    assert (first["meaning"]["state"], second["meaning"]["state"]) == ("Idle", "RUN")
    assert first["connected_ms"] is not None and second["connected_ms"] is None
    assert first["signals"][0]["moved_ms"] is None and second["signals"][0]["moved_ms"] < 5_000
    assert second["signals"][0]["since_first"] == 3


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"host": "10.0.0.1/plc"}, "/link/options/host"),
        ({"host": "plc", "port": 99999}, "/link/options/port"),
        ({"host": "plc", "unti": 3}, "/link/options/unti"),
        ({"host": "plc", "password": SECRET}, "/link/options/password"),
    ],
)
def test_what_is_wrong_with_the_form_is_said_at_its_field(empty: Site, options: dict[str, Any], pointer: str) -> None:
    body = {"link": {"driver": "modbus", "options": options}}
    answer = empty.client.post("/connections/try", json=body)
    assert (answer.status_code, answer.json()["pointer"]) == (422, pointer), answer.text
    assert SECRET not in answer.text


def test_a_device_that_does_not_answer_is_an_answer_too(empty: Site) -> None:
    told = (empty.client.post("/connections/try", json={"link": link(free_port())})).json()
    assert (told["ok"], told["mends"]) == (False, "site")
    assert "refuses the connection" in told["cause"]


def test_a_modbus_device_cannot_be_browsed_and_says_so(empty: Site) -> None:
    answer = empty.client.post("/connections/browse", json={"link": link(empty.port)})
    assert (answer.status_code, answer.json()["code"]) == (422, "modbus-browse")


def test_from_nothing_to_a_live_machine_and_back(site: Site) -> None:
    outline = (site.client.get("/plant/outline")).json()
    assert (outline["version"], outline["nodes"]) == (0, [])
    shown = (site.client.post("/connections/preview", json={"connection": "plc1", **wanted(site.port)})).json()
    assert shown["faults"] == []
    assert {(one["section"], one["key"]) for one in shown["steps"]} >= {
        ("connections", "plc1"), ("equipment", "acme/hall/press"), ("calendars", "around-the-clock"),
        ("scan_classes", "slow"),
    }  # fmt: skip
    text = "\n".join(line for file in shown["files"] for _sign, line in file["lines"])
    assert "driver: modbus" in text and "flow: [press]" in text and "standard_rate_upm: 60" in text

    done = apply(site.client, wanted(site.port))
    assert done.status_code == 200, done.text
    assert done.json()["version"] == 1
    machine = (site.client.get("/equipment")).json()["items"][-1]
    end_s = time.monotonic() + PATIENCE_S
    while site.client.get(f"/equipment/{machine['id']}/state").json()["state"] != "Execute":
        assert time.monotonic() < end_s, site.client.get("/connections").text
        time.sleep(0.05)  # a real device over a real link
    figures = (site.client.get(f"/equipment/{machine['id']}/kpis", params={"shift": "current"})).json()
    assert figures["shift"]["name"] in {"Day", "Night"}

    undone = site.client.post(f"/audit/{done.headers['X-Audit-Id']}/undo", json={})
    assert undone.status_code == 200, undone.text
    left = (site.client.get("/plant/outline")).json()
    assert (left["connections"], [node["path"] for node in left["nodes"]]) == (
        [],
        ["acme", "acme/hall", "acme/hall/press"],
    )


def test_a_change_leaves_other_lines_alone_and_can_be_taken_back_unless_somebody_came_after(
    site: Site,
) -> None:
    apply(site.client, wanted(site.port))
    before = (site.client.get("/plant/export")).json()["documents"]
    stands = (site.client.get("/connections/plc1/definition")).json()
    machine = stands["machines"][0]
    assert (stands["driver"], stands["options"]["port"], machine["inherited"]) == ("modbus", site.port, 0)
    assert [one["property"] for one in machine["signals"]] == ["running", "total", "speed"]

    fewer = [{**one, "address": "30009:uint32"} for one in machine["signals"][1:2]] + machine["signals"][:1]
    change = {"link": link(site.port, unit=1, timeout_s=2), "machine": {"path": machine["path"], "signals": fewer}}
    shown = (site.client.post("/connections/preview", json={"connection": "plc1", **change})).json()
    lines = {f"{sign}{text.strip()}" for file in shown["files"] for sign, text in file["lines"]}
    assert {line for line in lines if "speed" in line or "30009" in line} == {
        '-speed: {connection: plc1, address: "30005:float32", kind: f64, scale: 2, scan: slow}',
        '+total: {connection: plc1, address: "30009:uint32", kind: u64, unit: "{#}"}',
    }
    assert shown["impact"] == ["acme/hall/press.speed: no longer read, their samples are kept"]
    done = apply(site.client, change, seen=1)
    undone = site.client.post(f"/audit/{done.headers['X-Audit-Id']}/undo", json={})
    assert undone.status_code == 200, undone.text
    assert (site.client.get("/plant/export")).json()["documents"] == before

    second = apply(site.client, change, seen=3)
    files = {name: text.encode() for name, text in (site.client.get("/plant/export")).json()["documents"].items()}
    site.house.rooms.equipment.apply({**files, "more.yaml": b"reasons: {jam: {name: Jam}}\n"}, scope=site.house.scope)
    late = site.client.post(f"/audit/{second.headers['X-Audit-Id']}/undo", json={})
    assert (late.status_code, late.json()["code"]) == (409, "plant-changed")
    stale = apply(site.client, change, seen=4)
    assert (stale.status_code, stale.json()["code"]) == (409, "plant-changed")


@pytest.mark.parametrize(
    ("machine", "pointer", "said"),
    [
        ({"signals": [{"property": "running", "address": "47"}]}, "/machine/signals/0/address", "no Modbus address"),
        (
            {"signals": [{"property": "running", "address": "10001", "kind": "i64"}]},
            "/machine/signals/0/address",
            "is one bit",
        ),
        (
            {"signals": [{"property": "Läuft", "address": "30001", "kind": "i64"}]},
            "/machine/signals/0/property",
            "cannot be the name of a tag",
        ),
        ({"states": {"values": {"tag": "nix", "map": {"1": "RUN"}}}}, "/machine/states/values/tag", "no tag nix"),
        ({"states": {"packml": {"state": "speed"}, "by_hand": True}}, "/machine/states", "exactly one"),
        ({"counters": {"good": {"tag": "gone"}}}, "/machine/counters/good/tag", "no tag gone"),
        ({"path": "acme/hall/Press 1"}, "/machine/path", "cannot be a path"),
        ({"calendar": "always"}, "/machine/calendar", "no calendar always"),
    ],
)  # fmt: skip
def test_what_the_plant_would_refuse_is_said_at_the_field_it_came_from(
    empty: Site, machine: dict[str, Any], pointer: str, said: str
) -> None:
    body = wanted(502, **machine)
    shown = (empty.client.post("/connections/preview", json={"connection": "plc1", **body})).json()
    assert (pointer, True) in [(one["pointer"], said in one["message"]) for one in shown["faults"]], shown["faults"]
    refused = apply(empty.client, body)
    assert refused.status_code == 422
    assert (empty.client.get("/plant/outline")).json()["version"] == 0


def test_a_typed_password_goes_to_the_vault_and_nowhere_else(site: Site) -> None:
    security = {"policy": "None", "insecure": True}
    options = {"endpoint": f"opc.tcp://127.0.0.1:{free_port()}/", "security": security, "user": "mes"}
    body = {"link": {"driver": "opcua", "options": options, "secrets": {"password": SECRET}}}
    tried = site.client.post("/connections/try", json=body)
    assert tried.json()["ok"] is False
    shown = site.client.post("/connections/preview", json={"connection": "plc1", **body})
    assert shown.json()["secrets"] == ["plc1/password"], shown.text
    done = apply(site.client, body)
    assert done.status_code == 200, done.text
    assert site.house.rooms.vault.value("plc1/password") == SECRET
    told = [tried.text, shown.text, done.text, (site.client.get("/plant/export")).text]
    told.append((site.client.get("/connections/plc1/definition")).text)
    assert [SECRET in text for text in told] == [False] * len(told)
    assert "secret://plc1/password" in told[-1]
    kept = [path for path in site.house.settings.data.rglob("*") if path.is_file()]
    assert [path.name for path in kept if SECRET.encode() in path.read_bytes()] == []


def test_whoever_may_not_change_the_plant_reaches_no_device_and_sees_no_form(site: Site) -> None:
    made = site.client.post("/people", json={"login": "olga", "name": "Olga", "role": "operator"})
    assert made.status_code in {200, 201}, made.text
    password = {"once": made.json()["token"]}
    site.client.cookies.clear()
    assert (site.client.post("/session", json=password)).status_code == 201
    site.client.put("/me/password", json={"password": "seven quiet bottles"})
    asked = [
        site.client.get("/drivers"),
        site.client.get("/plant/outline"),
        site.client.post("/connections/try", json={"link": link(site.port)}),
        site.client.post("/connections/browse", json={"link": link(site.port)}),
        site.client.post("/connections/preview", json={"connection": "plc1", "link": link(site.port)}),
        apply(site.client, wanted(site.port)),
    ]
    assert [answer.status_code for answer in asked] == [403] * len(asked), [answer.text for answer in asked]


def test_removing_takes_the_tags_and_what_only_they_told(site: Site) -> None:
    apply(site.client, wanted(site.port))
    shown = (site.client.post("/connections/plc1/remove/preview")).json()
    assert shown["faults"] == [] and {one["key"] for one in shown["steps"]} == {"plc1", "acme/hall/press"}
    assert any("their samples are kept" in line for line in shown["impact"])
    gone = site.client.post("/connections/plc1/remove", json={"seen": 1})
    assert gone.status_code == 200, gone.text
    assert (site.client.get("/connections")).json()["items"] == []
    undone = site.client.post(f"/audit/{gone.headers['X-Audit-Id']}/undo", json={})
    assert undone.status_code == 200
    assert (site.client.get("/plant/outline")).json()["connections"] == ["plc1"]
    unknown = site.client.post("/connections/plc9/remove/preview")
    assert unknown.status_code == 404


CLASSES = b"""
equipment_classes: {press: {tags: {state: {connection: plc1, address: "30001", kind: i64}}}}
equipment: {acme/hall/second: {level: WorkUnit, class: press}}
"""


def test_a_connection_that_a_class_reads_over_is_not_pulled_from_under_it(site: Site) -> None:
    apply(site.client, wanted(site.port))
    files = {name: text.encode() for name, text in site.client.get("/plant/export").json()["documents"].items()}
    site.house.rooms.equipment.apply({**files, "classes.yaml": CLASSES}, scope=site.house.scope)
    shown = site.client.post("/connections/plc1/remove/preview")
    assert (shown.status_code, shown.json()["code"]) == (409, "connection-used")
    second = site.client.get("/connections/plc1/definition").json()["machines"][1]
    assert (second["path"], second["inherited"], second["signals"]) == ("acme/hall/second", 1, [])
