"""The virtual PLCs over real loopback: what a plain OPC UA client reads is what the line knows to be true."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from asyncua import Client, ua
from asyncua.common.subscription import DataChangeNotif, Subscription
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.uacrypto import CertProperties

from dovetail.core.clock import SystemClock, from_datetime, to_datetime
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.edge.handover import SLACK_US
from dovetail.sim.line import Setting
from dovetail.sim.packml import Reason, State
from dovetail.sim.plant import VirtualPlant
from dovetail.sim.servers.opcua import TAGS, StandardNodes, UnitServer, make_identity
from waiting import until

logging.getLogger("asyncua").setLevel(logging.CRITICAL)
FROM_THE_OS = (0, 0, 0, 0)


@pytest.fixture(scope="module")
def standard() -> StandardNodes:
    """The nodes that every server has, made once."""
    return asyncio.run(StandardNodes.make())


@pytest.fixture
async def plant(standard: StandardNodes) -> AsyncIterator[VirtualPlant]:
    """A line at 20 × speed that has already run for ten seconds; with this seed the filler does so for a minute."""
    clock = SystemClock()
    running = VirtualPlant(
        Setting(seed=11, speed=20, order_sizes=(3000, 5000)),
        clock=clock,
        ports=FROM_THE_OS,
        since_us=clock.now_us() - 10_000_000,
        standard=standard,
    )
    await running.start()
    yield running
    await running.stop()


def node_id(client: Client, unit: str, tag: str) -> ua.NodeId:
    return ua.NodeId(f"{unit.capitalize()}.{tag}", client_index(client))


def client_index(_client: Client) -> int:
    return 2  # checked against the namespace array below


class Heard:
    """What a subscription brought: (source time µs, value) per tag."""

    def __init__(self) -> None:
        self.values: dict[str, list[tuple[int, object]]] = {}

    def datachange_notification(self, node: object, val: object, data: DataChangeNotif) -> None:
        tag = str(node).split(".", 1)[1]
        source = data.monitored_item.Value.SourceTimestamp
        assert isinstance(source, datetime)
        self.values.setdefault(tag, []).append((from_datetime(source), val))


async def listen(client: Client, heard: Heard, unit: str) -> None:
    subscription = await client.create_subscription(50, heard)
    nodes = [client.get_node(node_id(client, unit, tag)) for tag in TAGS]
    await subscription.subscribe_data_change(nodes, queuesize=1000, sampling_interval=0)


async def test_a_client_hears_every_transition_and_the_exact_counts(plant: VirtualPlant) -> None:
    heard = Heard()
    async with Client(plant.endpoints["filler"]) as client:
        assert await client.get_namespace_index("urn:dovetail:sim") == client_index(client)
        await listen(client, heard, "filler")
        await until(lambda: heard.values.get("Admin.ProdProcessedCount"), within_s=3)
        since_us = plant.clock.now_us()
        plant.jam("filler", Reason.MISFEED)
        await until(lambda: plant.units()[0].state == "Held", within_s=5)
        plant.free("filler")
        await until(lambda: plant.units()[0].state == "Execute", within_s=5)
        await asyncio.sleep(2.0)
        until_us = plant.clock.now_us() - 200_000
    truth = plant.line.truth["filler"]
    really = [(at, int(status.state)) for at, status in truth.transitions() if since_us < at <= until_us]
    said = [(at, value) for at, value in heard.values["Status.StateCurrent"] if since_us < at <= until_us]
    assert [state for _, state in said][:4] == [State.HOLDING, State.HELD, State.UNHOLDING, State.EXECUTE]
    assert said == really
    counts = heard.values["Admin.ProdProcessedCount"]
    assert all(truth.counts(0, at).processed == value for at, value in counts)
    assert counts[-1][1] > counts[0][1]  # type: ignore[operator]


async def test_no_message_vouches_for_what_comes_after_it(plant: VirtualPlant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine stops while its PLC has to wait for a processor: the next message already knows."""
    messages: list[tuple[int, list[int]]] = []  # when it closed, and when that happened which it brings
    untouched = Subscription.publish_callback

    async def remember(subscription: Subscription, result: ua.PublishResult) -> None:
        message = result.NotificationMessage
        brought = [item for one in message.NotificationData or [] for item in one.MonitoredItems]
        times = [from_datetime(item.Value.SourceTimestamp) for item in brought]
        messages.append((from_datetime(message.PublishTime), times))
        await untouched(subscription, result)

    monkeypatch.setattr(Subscription, "publish_callback", remember)
    heard, filler = Heard(), plant._rack["filler"]
    assert isinstance(filler, UnitServer)
    async with Client(plant.endpoints["filler"]) as client:
        await listen(client, heard, "filler")
        for _ in range(8):
            plant.jam("filler", Reason.MISFEED)
            await until(lambda: filler._said["Status.StateCurrent"] == State.HOLDING, within_s=5)
            time.sleep(0.3)  # noqa: ASYNC251 - nothing of this process runs meanwhile
            await asyncio.sleep(0.2)
            plant.free("filler")
            await until(lambda: plant.units()[0].state == "Execute", within_s=5)
    assert {State.HELD, State.EXECUTE} <= {value for _, value in heard.values["Status.StateCurrent"]}
    overtaken = [
        closed - min(times)
        for (closed, _), (_, times) in pairwise(messages)
        if times and min(times) < closed - SLACK_US
    ]
    assert overtaken == []


async def test_values_have_the_types_that_a_plc_gives_them(plant: VirtualPlant) -> None:
    async with Client(plant.endpoints["capper"]) as client:
        for tag, kind in TAGS.items():
            value = await client.get_node(node_id(client, "capper", tag)).read_data_value()
            assert value.Value is not None and value.Value.VariantType == kind, tag
        with pytest.raises(ua.UaStatusCodeError):
            await client.get_node(node_id(client, "capper", "Status.StateCurrent")).write_value(
                ua.Variant(6, ua.VariantType.Int32)
            )


async def test_each_plc_has_only_its_own_machine(plant: VirtualPlant) -> None:
    async with Client(plant.endpoints["capper"]) as client:
        children = await client.nodes.objects.get_children()
        names = {(await child.read_browse_name()).Name for child in children}
        assert "Capper" in names and "Filler" not in names
        state = await client.nodes.objects.get_child(["2:Capper", "2:Status", "2:StateCurrent"])
        assert state.nodeid == node_id(client, "capper", "Status.StateCurrent")


async def test_a_pulled_cable_breaks_the_session_and_comes_back_on_the_same_port(plant: VirtualPlant) -> None:
    endpoint = plant.endpoints["capper"]
    async with Client(endpoint) as client:
        await plant.unplug("capper")
        with pytest.raises((ConnectionError, asyncio.TimeoutError, ua.UaError)):
            await client.get_node(node_id(client, "capper", "Status.StateCurrent")).read_value()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", int(endpoint.rstrip("/").rsplit(":", 1)[1]))
    await plant.plug("capper")
    assert plant.endpoints["capper"] == endpoint
    async with Client(endpoint) as client:
        assert await client.get_node(node_id(client, "capper", "Status.StateCurrent")).read_value() in set(State)


async def test_the_panel_sees_the_units_and_their_buffers(plant: VirtualPlant) -> None:
    plant.jam("capper")
    units = {unit.name: unit for unit in plant.units()}
    assert list(units) == ["filler", "capper", "labeller", "palletiser"]
    assert units["capper"].jammed and units["capper"].cause == Reason.JAM
    assert units["filler"].buffer_before is None and units["palletiser"].buffer_after is None
    assert units["capper"].buffer_after == units["labeller"].buffer_before
    plant.free("capper")
    assert not plant.units()[1].jammed


async def test_what_cannot_be_is_refused(plant: VirtualPlant) -> None:
    with pytest.raises(NotFoundError):
        plant.jam("press")
    with pytest.raises(InvalidError):
        plant.jam("capper", 99)
    with pytest.raises(NotFoundError):
        await plant.unplug("press")


async def test_the_servers_are_reached_only_from_this_machine(plant: VirtualPlant) -> None:
    assert [endpoint.rpartition(":")[0] for endpoint in plant.endpoints.values()] == [
        *["opc.tcp://127.0.0.1"] * 2,
        *["modbus://127.0.0.1"] * 2,
    ]
    bound = plant._rack["filler"]._server.bserver  # type: ignore[attr-defined]
    assert bound is not None and bound.hostname == "127.0.0.1"


async def test_jobs_are_told_as_they_begin_and_end(standard: StandardNodes) -> None:
    told: list[object] = []
    fast = Setting(seed=3, speed=400, order_sizes=(300, 500))
    plant = VirtualPlant(fast, clock=SystemClock(), ports=FROM_THE_OS, on_job=told.append, standard=standard)
    await plant.start()
    await until(lambda: len(told) > 8, within_s=15)
    running = plant.jobs()
    await plant.stop()
    assert running and all(job.t1_us is None for job in running)


async def test_a_secured_plc_refuses_a_client_in_clear(tmp_path: Path, standard: StandardNodes) -> None:
    identities = {"filler": make_identity(tmp_path, name="filler")}
    plant = VirtualPlant(
        Setting(seed=1), clock=SystemClock(), ports=FROM_THE_OS, identities=identities, standard=standard
    )
    ours = make_identity(tmp_path, name="client")
    await plant.start()
    try:
        with pytest.raises((ua.UaError, ConnectionError)):
            async with Client(plant.endpoints["filler"]) as client:
                await client.get_node(node_id(client, "filler", "Status.StateCurrent")).read_value()
        client = Client(plant.endpoints["filler"])
        client.application_uri = "urn:dovetail:sim:client"
        await client.set_security(
            SecurityPolicyBasic256Sha256,
            ours.certificate.read_bytes(),
            CertProperties(ours.private_key.read_bytes(), "pem"),
        )
        async with client:
            value = await client.get_node(node_id(client, "filler", "Status.StateCurrent")).read_value()
            assert value in set(State)
    finally:
        await plant.stop()


async def test_a_taken_port_is_said_and_nothing_stays_open(standard: StandardNodes) -> None:
    holder = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    taken = holder.sockets[0].getsockname()[1]
    plant = VirtualPlant(Setting(seed=1), clock=SystemClock(), ports=(0, 0, taken, 0), standard=standard)
    with pytest.raises(OSError):
        await plant.start()
    await plant.stop()
    holder.close()
    await holder.wait_closed()


def test_microseconds_survive_the_protocols_hundred_nanoseconds() -> None:
    at_us = 1_767_592_800_123_457
    assert from_datetime(ua.win_epoch_to_datetime(ua.datetime_to_win_epoch(to_datetime(at_us)))) == at_us
