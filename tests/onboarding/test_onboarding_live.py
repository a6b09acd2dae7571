"""A live test by the screen's own request against a device of every kind, and a walk down what a device says it has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from dovetail.app.bootstrap import House, open_house
from dovetail.ownership.settings import Settings
from dovetail.security.service import SetUp
from dovetail.sim.line import Change
from dovetail.sim.packml import Mode, Reason, State
from dovetail.sim.servers.broker import Broker
from dovetail.sim.servers.modbus import ModbusUnitServer
from dovetail.sim.servers.opcua import StandardNodes, UnitServer, make_identity
from dovetail.sim.servers.s7 import S7UnitServer
from dovetail.sim.truth import Counts, Status
from dovetail.testing.web import Said, WebServer

STATUS = Status(State.EXECUTE, Mode.PRODUCTION, Reason.NONE, starved=False, blocked=True)
FIRST = Change(0, "filler", STATUS, 80.5, Counts(117, 3))
WORD = "quiet bottles on a belt"
CLEAR = {"policy": "None", "insecure": True}
TOPIC = "plant/filler"
NODE = "ns=2;s=Filler"


@dataclass
class Floor:
    """A device of each kind in reach of an installation, and where each is."""

    client: TestClient
    modbus: ModbusUnitServer
    opcua: UnitServer
    s7: S7UnitServer
    broker: Broker
    web: WebServer
    web_port: int = 0

    def options(self, driver: str) -> dict[str, Any]:
        """What a person fills in to reach the device of a driver."""
        here = "127.0.0.1"
        return {
            "modbus": {"host": here, "port": self.modbus.port},
            "opcua": {"endpoint": self.opcua.endpoint, "security": CLEAR},
            "s7": {"host": here, "port": self.s7.port},
            "mqtt": {"host": here, "port": self.broker.port, "security": {"tls": False, "insecure": True}},
            "http": {"url": f"http://{here}:{self.web_port}/api/"},
        }[driver]


def call(client: TestClient, what: Callable[..., Awaitable[Any]], *given: Any) -> Any:
    assert client.portal is not None
    return client.portal.call(what, *given)


def opened(house: House, client: TestClient) -> Floor:
    """The devices run in the loop of the installation, as its links do."""
    given = SetUp(token=house.security.new_set_up_token(), login="anna", name="Anna", password=WORD)
    assert client.post("/setup", json=given.model_dump()).status_code == 201
    standard = call(client, StandardNodes.make)
    web = WebServer(lambda _asked: Said(b'{"state": 6, "good": 117, "speed": 80.5}'))
    broker = Broker(port=0)
    floor = Floor(
        client,
        ModbusUnitServer("filler", port=0),
        UnitServer("filler", port=0, standard=standard),
        S7UnitServer("filler", port=0),
        broker,
        web,
    )
    for device in (floor.modbus, floor.opcua, floor.s7):
        call(client, device.start, FIRST)
    call(client, broker.start)
    broker.retained[TOPIC] = b'{"state": 6, "good": 117, "speed": 80.5}'
    floor.web_port = call(client, web.start)
    return floor


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    with (
        open_house(Settings(data=tmp_path_factory.mktemp("live") / "data")) as house,
        TestClient(house.gated, base_url="http://127.0.0.1/api/v1") as client,
    ):
        made = opened(house, client)
        yield made
        for device in (made.modbus, made.opcua, made.s7, made.broker, made.web):
            call(client, device.stop)


@pytest.mark.parametrize("driver, addresses", [
    # of the state, the pieces made, the speed, and of nothing
    ("modbus", ("30001", "30007:uint32", "30005:float32", "30200")),
    ("opcua", (f"{NODE}.Status.StateCurrent", f"{NODE}.Admin.ProdProcessedCount", f"{NODE}.Status.CurMachSpeed", NODE)),
    ("s7", ("DB1.DBW0:int", "DB1.DBD12:udint", "DB1.DBD8:real", "DB1.DBD90:real")),
    ("mqtt", (f"{TOPIC}#/state", f"{TOPIC}#/good", f"{TOPIC}#/speed", f"{TOPIC}#/no")),
    ("http", ("status#/state", "status#/good", "status#/speed", "status#/no")),
])  # fmt: skip
def test_a_try_reads_a_device_of_every_kind(floor: Floor, driver: str, addresses: tuple[str, ...]) -> None:
    named = dict(zip(("state", "total", "speed", "nowhere"), addresses, strict=True))
    body = {
        "link": {"driver": driver, "options": floor.options(driver)},
        "signals": [{"property": name, "address": address} for name, address in named.items()],
        "states": {"packml": {"state": "state"}},
    }
    answer = floor.client.post("/connections/try", json=body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["ok"] and told["connected_ms"] is not None, told
    read = {one["property"]: (one["value"], one["quality_name"]) for one in told["signals"]}
    assert (read["state"], read["total"], read["speed"]) == ((6, "GOOD"), (117, "GOOD"), (80.5, "GOOD")), read
    assert read["nowhere"][0] is None and read["nowhere"][1].startswith("BAD"), read
    assert told["meaning"]["state"] == "Execute"


@pytest.mark.parametrize("driver", ["modbus", "opcua", "s7", "mqtt", "http"])
def test_a_try_of_a_device_that_is_away_says_who_can_mend_it(floor: Floor, driver: str) -> None:
    options = floor.options(driver)
    away = {name: 1 if name == "port" else value for name, value in options.items()}
    away |= {name: "opc.tcp://127.0.0.1:1/" for name in options if name == "endpoint"}
    away |= {name: "http://127.0.0.1:1/" for name in options if name == "url"}
    told = floor.client.post("/connections/try", json={"link": {"driver": driver, "options": away}}).json()
    assert (told["ok"], told["mends"]) == (False, "site"), told
    assert told["cause"]


def test_a_server_that_nobody_approved_shows_itself_and_is_let_in_when_it_is(floor: Floor, tmp_path: Path) -> None:
    there, ours = make_identity(tmp_path, name="filler"), make_identity(tmp_path, name="dovetail")
    secured = UnitServer("filler", port=0, standard=call(floor.client, StandardNodes.make), identity=there)
    call(floor.client, secured.start, FIRST)
    security = {"certificate": str(ours.certificate), "private_key": str(ours.private_key)}

    def tried(**more: str) -> Any:
        link = {"driver": "opcua", "options": {"endpoint": secured.endpoint, "security": security | more}}
        return floor.client.post("/connections/try", json={"link": link}).json()

    seen = sha256(there.certificate.read_bytes()).hexdigest()
    met = tried()["unapproved"]
    assert (met["option"], met["value"]) == ("security.server_fingerprint", seen)
    shows = dict(met["shows"])
    assert shows["sha256"] == seen and "CN=filler" in shows["subject"]
    assert shows["valid_from"] < shows["valid_to"]
    assert dict(tried(server_fingerprint="0" * 64)["unapproved"]["shows"])["approved"] == "0" * 64
    let_in = tried(server_fingerprint=met["value"])
    assert (let_in["ok"], let_in["unapproved"]) == (True, None)
    call(floor.client, secured.stop)


def test_a_server_is_walked_down_to_a_value_that_can_be_read(floor: Floor) -> None:
    link = {"driver": "opcua", "options": floor.options("opcua")}
    way: list[tuple[str, bool]] = []
    address: str | None = None
    for step in ("Filler", "Status", "StateCurrent"):
        found = floor.client.post("/connections/browse", json={"link": link, "address": address})
        assert found.status_code == 200, found.text
        [entry] = [one for one in found.json()["items"] if one["name"] == step]
        way.append((entry["name"], entry["is_folder"]))
        address = entry["address"]
    assert way == [("Filler", True), ("Status", True), ("StateCurrent", False)]
    read = floor.client.post(
        "/connections/try", json={"link": link, "signals": [{"property": "s", "address": address}]}
    )
    assert [(one["kind"], one["value"]) for one in read.json()["signals"]] == [("i64", 6)]


def test_a_place_that_a_server_does_not_have_is_said(floor: Floor) -> None:
    link = {"driver": "opcua", "options": floor.options("opcua")}
    answer = floor.client.post("/connections/browse", json={"link": link, "address": "ns=2;s=Nobody"})
    assert (answer.status_code, answer.json()["pointer"]) == (422, "/address"), answer.text
    assert "no node" in answer.json()["detail"]
