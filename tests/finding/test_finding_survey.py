"""Real servers on addresses of this machine's own loopback, found by the words that each protocol has for it."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.core import plugins
from dovetail.core.clock import SystemClock
from dovetail.core.errors import DovetailError
from dovetail.finding.door import Door
from dovetail.finding.model import Find, Survey, Way
from dovetail.finding.pace import Pace
from dovetail.finding.proposal import proposal
from dovetail.finding.ranges import hosts
from dovetail.finding.survey import WAYS, Manner, survey
from dovetail.mqtt.client import connect
from dovetail.mqtt.packets import Hello
from dovetail.sim.line import Change
from dovetail.sim.packml import Mode, Reason, State
from dovetail.sim.servers.broker import Broker
from dovetail.sim.servers.ethernetip import EthernetIpUnitServer
from dovetail.sim.servers.modbus import ModbusUnitServer
from dovetail.sim.servers.opcua import StandardNodes, UnitServer, make_identity
from dovetail.sim.servers.s7 import S7UnitServer
from dovetail.sim.truth import Counts, Status
from dovetail.testing.clock import ManualClock

STATUS = Status(State.EXECUTE, Mode.PRODUCTION, Reason.NONE, starved=False, blocked=False)
FIRST = Change(0, "filler", STATUS, 80.5, Counts(117, 3))
HERE = "127.0.0.1"
UNITS = (1, 2, 3)
PROBE = b"""<?xml version="1.0"?><MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.7"><Header/>
<Devices><Device id="d1" name="VF2"><DataItems><DataItem id="a" category="EVENT" type="AVAILABILITY"/></DataItems>
<Components><Axes id="x"><DataItems><DataItem id="b" category="SAMPLE" type="POSITION"/></DataItems></Axes></Components>
</Device></Devices></MTConnectDevices>"""


@pytest.fixture(scope="module")
def standard() -> StandardNodes:
    """The nodes that every OPC UA server has: slow to make, so made once."""
    return asyncio.run(StandardNodes.make())


async def look(way: str, port: int, *, words: str = HERE, listen_s: float = 0.0, limit_s: float = 60.0) -> Survey:
    """One way at one port, at full speed."""
    clock = SystemClock()
    plugin: Way = plugins.load(WAYS, way)
    manner = Manner({way: (plugin, (port,))}, UNITS, listen_s, limit_s)
    return await survey(hosts([words]), manner, clock=clock, pace=Pace(clock, per_second=1_000, rest_s=0.0))


@asynccontextmanager
async def serving(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]) -> AsyncIterator[int]:
    """A server of a test's own; its port."""
    server = await asyncio.start_server(talk, HERE, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_a_modbus_device_is_found_with_its_unit() -> None:
    device = ModbusUnitServer("filler", port=0)
    await device.start(FIRST)
    found = await look("modbus", device.port)
    await device.stop()
    (one,) = found.finds
    assert one.options == {"host": HERE, "port": device.port, "unit": 1}
    said = proposal(one)
    assert said.missing is None
    code = yaml.safe_load(said.plant_code)
    assert code == {"connections": {"modbus-127-0-0-1-unit1": {"driver": "modbus", "options": dict(one.options)}}}


async def test_a_modbus_device_that_pays_no_heed_to_units_is_one_and_says_who_it_is() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(7):
            number, _, length, unit = struct.unpack(">HHHB", head)
            asked = await reader.readexactly(length - 1)
            known = bytes((0x2B, 0x0E, 1, 1, 0, 0, 2, 0, 4)) + b"ACME" + bytes((1, 2)) + b"X1"
            pdu = {3: b"\x83\x02", 0x2B: known}[asked[0]]
            writer.write(struct.pack(">HHHB", number, 0, len(pdu) + 1, unit) + pdu)

    async with serving(talk) as port:
        (one,) = (await look("modbus", port)).finds
    assert (one.says, one.options["unit"]) == ("ACME X1", 1)
    assert "answers to every unit asked (3)" in one.details[0]


async def test_an_s7_controller_is_found_with_its_slot() -> None:
    device = S7UnitServer("filler", port=0)
    await device.start(FIRST)
    (one,) = (await look("s7", device.port)).finds
    await device.stop()
    assert one.options == {"host": HERE, "port": device.port, "slot": 1}
    assert one.details == ("rack 0, slot 1", "messages of up to 240 bytes") and proposal(one).missing is None


async def test_an_s7_controller_that_cuts_off_who_asks_for_a_wrong_slot_is_asked_for_the_next() -> None:
    asked: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.read(100)
        asked.append(request[-1])
        writer.close()

    async with serving(talk) as port:
        found = await look("s7", port)
    assert (found.finds, found.left, asked) == ([], [], [1, 2, 0, 3])


async def test_an_ethernetip_device_says_who_it_is() -> None:
    device = EthernetIpUnitServer("filler", port=0)
    await device.start(FIRST)
    (one,) = (await look("ethernetip", device.port)).finds
    await device.stop()
    assert one.says == "Rockwell Automation/Allen-Bradley Virtual Logix 33.011, serial number 0D0FE7A1"
    assert one.details == ("programmable logic controller",) and proposal(one).missing is None


async def test_an_opcua_server_is_found_with_what_it_offers(standard: StandardNodes) -> None:
    server = UnitServer("capper", port=0, standard=standard)
    await server.start(FIRST)
    (one,) = (await look("opcua", server.port)).finds
    await server.stop()
    assert one.options["security"] == {"policy": "None", "insecure": True}
    assert one.options["endpoint"].startswith(f"opc.tcp://{HERE}:{server.port}")
    assert "offers None/None_" in one.details and proposal(one).missing is None


async def test_a_secured_opcua_server_is_pinned_and_what_is_missing_is_said(
    tmp_path: Path, standard: StandardNodes
) -> None:
    identity = make_identity(tmp_path, name="capper")
    server = UnitServer("capper", port=0, standard=standard, identity=identity)
    await server.start(FIRST)
    (one,) = (await look("opcua", server.port)).finds
    await server.stop()
    content = identity.certificate.read_bytes()
    load = x509.load_pem_x509_certificate if content.startswith(b"-----") else x509.load_der_x509_certificate
    shown = load(content).fingerprint(SHA256()).hex()
    assert one.options["security"] == {"policy": "Basic256Sha256", "server_fingerprint": shown}
    assert "needs `certificate` and `private_key`" in str(proposal(one).missing)


async def test_an_mtconnect_agent_names_its_devices() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1_000)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: "
        writer.write(head + str(len(PROBE)).encode() + b"\r\n\r\n" + PROBE)
        writer.close()

    async with serving(talk) as port:
        (one,) = (await look("mtconnect", port)).finds
    assert one.details == ("Device VF2: 2 data items",) and proposal(one).missing is None


async def test_a_broker_named_by_itself_tells_its_topics_and_its_sparkplug_nodes() -> None:
    broker = Broker(port=0)
    await broker.start()
    speaker = await connect(HERE, broker.port, Hello("a"), tls=None, where="broker")
    await speaker.publish("line1/speed", b"12", qos=1, retain=True)
    await speaker.publish("spBv1.0/hall/STATE/x/y", b"", qos=1, retain=False)
    speaker.say("spBv1.0/hall/NBIRTH/edge1", b"x", retain=True)
    heard = await look("mqtt", broker.port, listen_s=0.3)
    passed = await look("mqtt", broker.port, words="127.0.0.1-127.0.0.2", listen_s=0.3)
    await speaker.close()
    await broker.stop()
    plain, sparkplug = heard.finds
    assert (plain.driver, plain.details) == ("mqtt", ("line1/speed",))
    assert (sparkplug.driver, sparkplug.details) == ("sparkplug", ("hall/edge1",))
    assert all(proposal(one).missing is None for one in heard.finds)
    assert [one.details for one in passed.finds] == [()], "as one of a range it is not listened to"


async def test_a_broker_that_wants_a_name_is_found_and_says_so() -> None:
    broker = Broker(port=0, users={"a": "b"})
    await broker.start()
    (one,) = (await look("mqtt", broker.port)).finds
    await broker.stop()
    assert one.details[0].endswith("does not let us in")


@pytest.mark.parametrize("way", plugins.names(WAYS))
@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.6\r\n" * 4, b"\0" * 64, b"\xff" * 64])
async def test_what_speaks_something_else_is_no_find(way: str, answer: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await reader.read(10_000)
        writer.close()

    async with serving(talk) as port:
        assert (await look(way, port, limit_s=20)).finds == []


async def test_a_host_that_cuts_us_off_is_asked_nothing_more() -> None:
    calls: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(1)
        await reader.read(1)
        writer.transport.abort()

    async with serving(talk) as port:
        clock = SystemClock()
        ways = {name: (plugins.load(WAYS, name), (port,)) for name in ("modbus", "ethernetip", "s7")}
        manner = Manner(ways, UNITS, 0.0, 30.0)
        found = await survey(hosts([HERE]), manner, clock=clock, pace=Pace(clock, per_second=1_000, rest_s=0.0))
    assert (found.finds, len(calls)) == ([], 1)
    assert [(left.host, f"port {port}" in left.why) for left in found.left] == [(HERE, True)]


async def test_an_answer_that_breaks_a_way_spoils_no_other_host() -> None:
    finds = {"127.0.0.2": Find("127.0.0.2", 1, "modbus", "a device", {})}

    async def breaks(door: Door) -> list[Find]:
        return [finds[door.host]]

    clock = SystemClock()
    manner = Manner({"odd": (Way("Odd", (1,), breaks), (1,))}, UNITS, 0.0, 30.0)
    found = await survey(hosts(["127.0.0.1-127.0.0.2"]), manner, clock=clock, pace=Pace(clock))
    assert [one.host for one in found.finds] == ["127.0.0.2"]
    assert [(left.host, "KeyError" in left.why) for left in found.left] == [("127.0.0.1", True)]


async def test_when_the_time_is_over_it_is_said_who_was_not_asked() -> None:
    async def never(_door: object) -> list[Any]:
        await asyncio.Event().wait()
        return []

    clock = SystemClock()
    manner = Manner({"never": (Way("Never", (1,), never), (1,))}, UNITS, 0.0, 0.05)
    found = await survey(hosts(["127.0.0.0/28"]), manner, clock=clock, pace=Pace(clock))
    assert (found.asked, len(found.unasked)) == (0, 14)


async def test_connections_are_begun_at_their_pace() -> None:
    clock = ManualClock()
    pace = Pace(clock, per_second=20)
    turns = [asyncio.create_task(pace.turn()) for _ in range(3)]
    done: list[int] = []
    for _ in range(3):
        await clock.advance(0)
        done.append(sum(turn.done() for turn in turns))
        await clock.advance(0.05)
    assert (done, pace.begun) == ([1, 2, 3], 3)


async def test_the_command_shows_finds_and_the_way_to_connect_them() -> None:
    device = ModbusUnitServer("filler", port=0)
    await device.start(FIRST)
    words = ["discover", HERE, "--only", "modbus", "--port", f"modbus={device.port}", "--units", "1"]
    people, program = [await asyncio.to_thread(CliRunner().invoke, app, [*words, *more]) for more in ([], ["--json"])]
    await device.stop()
    gone = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert people.exit_code == 0 and "connections:" in people.output and "1 found; 1 hosts asked" in people.output
    (find,) = json.loads(program.stdout)["finds"]
    assert find["connect"]["options"] == {"host": HERE, "port": device.port, "unit": 1}
    assert gone.exit_code == 3 and "0 found" in gone.output


@pytest.mark.parametrize("words, says", [
    (["10.0.0.0/22"],                          "1,022 addresses"),
    (["8.8.8.8"],                              "no address of a private network"),
    (["10.0.0.0/8"],                           "at most 4,096"),
    (["127.0.0.1", "--only", "telepathy"],     "has no 'telepathy'"),
    (["127.0.0.1", "--port", "s8=102"],        "names no way"),
    (["127.0.0.1", "--units", "300"],          "not within 0 to 255"),
])  # fmt: skip
def test_nothing_is_asked_that_was_not_meant(words: list[str], says: str) -> None:
    found = CliRunner().invoke(app, ["discover", *words])
    assert isinstance(found.exception, DovetailError) and says in found.exception.message
