"""The PLC of one virtual machine: its PackTags on an OPC UA server, with the time at which each thing happened.

It listens on loopback only. Without `security` it speaks policy None to anonymous clients, which is what many real
PLCs are delivered with and what nobody should leave so; nothing here can be written to.
"""

# The library annotates its integers with types of its own and exports through stars:
# pyright: reportArgumentType=false, reportPrivateImportUsage=false

from __future__ import annotations

import asyncio
import ipaddress
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from asyncua import Server, ua
from asyncua.crypto.cert_gen import (
    dump_private_key_as_pem,
    generate_private_key,
    generate_self_signed_app_certificate,
)
from asyncua.server.address_space import AddressSpace, AttributeValue, NodeData
from asyncua.server.internal_server import InternalServer
from asyncua.server.subscription_service import SubscriptionService
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from dovetail.core.clock import to_datetime
from dovetail.sim.line import Change
from dovetail.sim.samples import COUNTER_MODULUS

NAMESPACE: Final = "urn:dovetail:sim"
CONNECTIONS_MAX: Final = 20  # a few clients and their reconnects; a forgotten loop of tests is refused
MESSAGE_BYTES_MAX: Final = 1_000_000  # nobody sends a virtual PLC more
TAGS: Final[Mapping[str, ua.VariantType]] = {
    "Status.StateCurrent": ua.VariantType.Int32,
    "Status.UnitModeCurrent": ua.VariantType.Int32,
    "Admin.StopReason": ua.VariantType.Int32,
    "Status.EquipmentInterlock.Starved": ua.VariantType.Boolean,
    "Status.EquipmentInterlock.Blocked": ua.VariantType.Boolean,
    "Status.CurMachSpeed": ua.VariantType.Double,
    "Admin.ProdProcessedCount": ua.VariantType.UInt32,
    "Admin.ProdDefectiveCount": ua.VariantType.UInt32,
}
type Program = Callable[[], Awaitable[None]]  # one cycle: what has happened until now is written to the nodes
_COUNTERS: Final = ("Admin.ProdProcessedCount", "Admin.ProdDefectiveCount")


@dataclass(frozen=True, slots=True)
class Identity:
    """The certificate and key with which a secured virtual PLC shows itself (Basic256Sha256, sign and encrypt)."""

    certificate: Path
    private_key: Path


def make_identity(folder: Path, *, name: str) -> Identity:
    """A new self-signed identity for the virtual PLC `name` in `folder`, valid for a year."""
    identity = Identity(folder / f"{name}.der", folder / f"{name}.pem")
    key = generate_private_key()
    uri = f"{NAMESPACE}:{name}"
    names = [x509.UniformResourceIdentifier(uri), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = generate_self_signed_app_certificate(key, uri, {"commonName": name}, names, extended=usage, days=365)
    identity.private_key.touch(mode=0o600)
    identity.private_key.write_bytes(dump_private_key_as_pem(key))
    identity.certificate.write_bytes(certificate.public_bytes(Encoding.DER))
    return identity


class StandardNodes:
    """The nodes every OPC UA server has. Making them takes over a second: once in a process, for each PLC a copy."""

    _made_here: ClassVar[StandardNodes | None] = None

    def __init__(self, made: AddressSpace) -> None:
        self._made = made

    @classmethod
    async def make(cls) -> StandardNodes:
        """Those of this process; the first to ask builds them, in a thread."""
        if cls._made_here is None:
            internal = InternalServer()
            await internal.load_standard_address_space()
            internal.method_service.stop()
            cls._made_here = cls(internal.aspace)
        return cls._made_here

    def copy_into(self, space: AddressSpace) -> None:
        """Give `space` its own copy of whatever may change: values and references (names of these nodes never do)."""
        for node_id in self._made.keys():  # noqa: SIM118 - it only looks like a dict
            made = self._made[node_id]
            node = NodeData(node_id)
            node.attributes = dict(made.attributes)
            if ua.AttributeIds.Value in node.attributes:
                node.attributes[ua.AttributeIds.Value] = AttributeValue(made.attributes[ua.AttributeIds.Value].value)
            node.references = list(made.references)
            space[node_id] = node


class _Subscriptions(SubscriptionService):
    """Before a message closes the program runs: nothing that happened before its time comes after it.

    Else a machine that had to wait for a processor would be vouched for by a message that knows nothing of it yet.
    """

    def __init__(self, server: InternalServer, program: Program) -> None:
        super().__init__(server.aspace, server)
        self._program = program

    async def create_subscription(self, *args: Any, **named: Any) -> ua.CreateSubscriptionResult:
        made = await super().create_subscription(*args, **named)
        subscription = self.subscriptions[made.SubscriptionId]
        publish = subscription.publish_results

        async def after_the_program(request: Any = None) -> bool:
            await self._program()
            return await publish(request)

        subscription.publish_results = after_the_program  # pyrefly: ignore[bad-assignment]
        return made


class _Internal(InternalServer):
    """A server that starts from copied standard nodes."""

    def __init__(self, standard: StandardNodes, program: Program | None) -> None:
        super().__init__()
        if program is not None:
            self.subscription_service = _Subscriptions(self, program)
        self._standard = standard
        self.allow_remote_admin = False
        self.max_connections = CONNECTIONS_MAX
        self.supported_tokens = (ua.AnonymousIdentityToken,)  # pyrefly: ignore[bad-assignment]  # as many as one likes

    async def load_standard_address_space(self, shelf_file: Path | None = None) -> None:
        self._standard.copy_into(self.aspace)


class UnitServer:
    """One unit's OPC UA server. All calls belong to the event loop that started it."""

    def __init__(
        self,
        unit: str,
        *,
        port: int,
        standard: StandardNodes,
        identity: Identity | None = None,
        program: Program | None = None,
    ) -> None:
        self.node = unit.capitalize()
        self.unit = unit
        self._wanted_port = port
        self._identity = identity
        self._server = Server(iserver=_Internal(standard, program))
        self._nodes: dict[str, ua.NodeId] = {}
        self._said: dict[str, object] = {}
        self._plugged = False

    @property
    def port(self) -> int:
        """The port it listens on (from the operating system when 0 was asked for)."""
        return self._wanted_port if self._server.bserver is None else self._server.bserver.port

    @property
    def endpoint(self) -> str:
        """What a client connects to."""
        return f"opc.tcp://127.0.0.1:{self.port}/"

    async def start(self, first: Change) -> None:
        """Make the nodes with their first values and listen. Raises OSError when the port is taken."""
        _require_free(self._wanted_port)
        server = self._server
        await server.init()
        server.name = f"Dovetail virtual {self.node}"
        server.set_endpoint(f"opc.tcp://127.0.0.1:{self._wanted_port}/")
        server.limits.max_message_size = MESSAGE_BYTES_MAX
        await server.set_application_uri(f"{NAMESPACE}:{self.unit}")
        if self._identity is None:
            server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        else:
            server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
            await server.load_certificate(await asyncio.to_thread(self._identity.certificate.read_bytes))
            await server.load_private_key(await asyncio.to_thread(self._identity.private_key.read_bytes), format="pem")
        await self._make_nodes()
        await self.publish(first)
        await server.start()
        self._plugged = True

    async def stop(self) -> None:
        """Close the port and let go of everything."""
        await self._server.stop()
        self._plugged = False

    async def unplug(self) -> None:
        """Pull the cable: the port closes and every connection breaks; the machine goes on."""
        if self._plugged and self._server.bserver is not None:
            await self._server.bserver.stop()
            self._plugged = False

    async def plug(self) -> None:
        """Put the cable back, on the same port."""
        if not self._plugged and self._server.bserver is not None:
            await self._server.bserver.start()
            self._plugged = True

    async def publish(self, change: Change, *, counters: Literal["confirm", "when changed"] = "confirm") -> None:
        """Say what differs from what was said; counters are also confirmed with every change of the unit."""
        status, counts = change.status, change.counts
        values: dict[str, object] = {
            "Admin.ProdProcessedCount": counts.processed % COUNTER_MODULUS,  # counters first: they end what was
            "Admin.ProdDefectiveCount": counts.defective % COUNTER_MODULUS,
            "Status.UnitModeCurrent": int(status.mode),
            "Admin.StopReason": int(status.reason),
            "Status.EquipmentInterlock.Starved": status.starved,
            "Status.EquipmentInterlock.Blocked": status.blocked,
            "Status.StateCurrent": int(status.state),
            "Status.CurMachSpeed": change.speed_upm,
        }
        at = to_datetime(change.t_us)
        confirmed = _COUNTERS if counters == "confirm" else ()
        for tag in values:
            if tag not in confirmed and self._said.get(tag) == values[tag]:
                continue
            value = ua.DataValue(ua.Variant(values[tag], TAGS[tag]), SourceTimestamp=at, ServerTimestamp=at)
            await self._server.write_attribute_value(self._nodes[tag], value)
        self._said = values

    async def _make_nodes(self) -> None:
        index = await self._server.register_namespace(NAMESPACE)
        folders = {
            self.node: await self._server.nodes.objects.add_object(
                ua.NodeId(self.node, index), self._name(index, self.node)
            )
        }
        for tag, kind in TAGS.items():
            path = f"{self.node}.{tag}"
            steps = path.split(".")
            for depth in range(2, len(steps)):
                folder, parent = ".".join(steps[:depth]), ".".join(steps[: depth - 1])
                if folder not in folders:
                    folders[folder] = await folders[parent].add_object(
                        ua.NodeId(folder, index), self._name(index, steps[depth - 1])
                    )
            zero = ua.Variant(False if kind == ua.VariantType.Boolean else 0, kind)
            node_id = ua.NodeId(path, index)
            await folders[".".join(steps[:-1])].add_variable(node_id, self._name(index, steps[-1]), zero)
            self._nodes[tag] = node_id

    @staticmethod
    def _name(index: int, text: str) -> ua.QualifiedName:
        return ua.QualifiedName(text, index)


def _require_free(port: int) -> None:
    """Ask before the library does: it would write a traceback over what is only a port in use."""
    with socket.socket() as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
