"""A real OPC UA server as a small PLC on loopback, and a wire to it that can be cut or frozen.

The server runs in a loop and thread of its own, as a PLC does; it is made once, because it reads the whole standard
address space, and each test puts its own variables on it. Closing its port and dropping its connections is what a
plant sees of a PLC that is switched off.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from asyncua import Server, ua
from asyncua.common.node import Node
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole

from dovetail.sim.servers.broker import Broker
from dovetail.testing.chaos import ChaosProxy
from identities import Identity, make_identity
from waiting import until

logging.getLogger("asyncua").setLevel(logging.CRITICAL)

URI = "urn:dovetail:test"
CLIENT_URI = "urn:dovetail:client:test"
_names = count()


class OneOperator:
    """Lets everyone in who has no name, and `operator` only with the right password."""

    def get_user(self, _server: Any, username: str | None = None, password: Any = None, certificate: Any = None) -> Any:
        ok = username is None or (username, password) == ("operator", "s3cret")
        return User(role=UserRole.User) if ok else None


class TrustList:
    """Which clients the PLC trusts: everyone, until a test says otherwise."""

    def __init__(self) -> None:
        self.trusts = True

    async def __call__(self, _certificate: Any, _application: Any) -> None:
        if not self.trusts:
            raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)


@dataclass
class Machine:
    """The server in its thread; `do` runs a coroutine there from the test's loop."""

    server: Server
    loop: asyncio.AbstractEventLoop
    identity: Identity
    trust_list: TrustList
    index: int = 0
    listens: bool = True

    @property
    def port(self) -> int:
        return self.server.bserver.port

    async def do[T](self, job: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(job, self.loop))


POLICIES = [
    ua.SecurityPolicyType.NoSecurity,
    ua.SecurityPolicyType.Basic256Sha256_Sign,
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
]


async def _build(identity: Identity, trust_list: TrustList) -> Server:
    server = Server(user_manager=OneOperator())
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/")
    await server.set_application_uri("urn:dovetail:server:test")
    await server.load_certificate(identity.certificate)
    await server.load_private_key(identity.key)
    server.set_security_policy(POLICIES)
    server.set_certificate_validator(trust_list)
    await server.start()
    return server


async def _leave(server: Server) -> None:
    """Stop, and end what the library's server leaves running for sessions that were cut off."""
    await server.stop()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One PLC for all tests."""
    identity = make_identity(tmp_path_factory.mktemp("plc"), "plc", "urn:dovetail:server:test")
    trust_list = TrustList()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="plc", daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_build(identity, trust_list), loop).result(60)
    built = Machine(server, loop, identity, trust_list)
    built.index = asyncio.run_coroutine_threadsafe(server.register_namespace(URI), loop).result(10)
    yield built
    asyncio.run_coroutine_threadsafe(_leave(server), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


class Plc:
    """A test's own variables on the machine; it can be switched off and on again."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._prefix = f"t{next(_names)}."
        self._nodes: dict[str, tuple[Node, ua.VariantType]] = {}

    @property
    def endpoint(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.machine.port}/"

    @property
    def port(self) -> int:
        return self.machine.port

    def address(self, name: str) -> str:
        return f"nsu={URI};s={self._prefix}{name}"

    async def has(self, **values: tuple[Any, ua.VariantType]) -> None:
        """Put variables on the server."""
        await self.machine.do(self._add(values))

    async def _add(self, values: dict[str, tuple[Any, ua.VariantType]]) -> None:
        for name, (value, kind) in values.items():
            node_id = ua.NodeId(self._prefix + name, self.machine.index)
            node = await self.machine.server.nodes.objects.add_variable(node_id, name, value, kind)
            await node.set_writable()
            self._nodes[name] = (node, kind)

    async def measures(self, name: str, unit: str) -> None:
        """Say in which unit a variable is, as an AnalogItem does."""
        told = ua.EUInformation(NamespaceUri="http://www.opcfoundation.org/UA/units/un/cefact", UnitId=-1)
        told.DisplayName = ua.LocalizedText(unit)
        node_id = ua.NodeId(f"{self._prefix}{name}.unit", self.machine.index)
        await self.machine.do(self._nodes[name][0].add_property(node_id, ua.QualifiedName("EngineeringUnits", 0), told))

    async def set(self, name: str, value: Any, *, at: datetime | None = None, status: int = 0) -> None:
        """Write a value with the PLC's own time and status."""
        node, kind = self._nodes[name]
        data = ua.DataValue(
            Value=ua.Variant(value, kind),
            StatusCode=ua.StatusCode(status),
            SourceTimestamp=at or datetime.now(UTC),
        )
        await self.machine.do(node.write_value(data))

    async def get(self, name: str) -> Any:
        return await self.machine.do(self._nodes[name][0].read_value())

    async def switch_off(self) -> None:
        """Close the port and drop every connection."""
        if self.machine.listens:
            self.machine.listens = False
            await self.machine.do(self.machine.server.bserver.stop())

    async def switch_on(self) -> None:
        if not self.machine.listens:
            await self.machine.do(self.machine.server.bserver.start())
            self.machine.listens = True


@pytest.fixture
async def plc(machine: Machine) -> AsyncIterator[Plc]:
    ours = Plc(machine)
    yield ours
    machine.trust_list.trusts = True
    await ours.switch_on()


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    """Our own application certificate."""
    return make_identity(tmp_path, "client", CLIENT_URI)


@pytest.fixture
async def wire() -> AsyncIterator[ChaosProxy]:
    """A cable in front of a device."""
    cable = ChaosProxy()
    yield cable
    await cable.remove()


@pytest.fixture(name="until")
def _until() -> Callable[..., Awaitable[None]]:
    return until


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    """An MQTT broker on loopback that lets everybody in."""
    running = Broker()
    await running.start()
    yield running
    await running.stop()
