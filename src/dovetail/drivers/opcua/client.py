"""One session with one OPC UA server: read, listen, write, browse. It never reconnects by itself."""

# The library annotates its integers with types of its own and exports through stars:
# pyright: reportArgumentType=false, reportPrivateImportUsage=false

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from asyncua import Client, ua
from asyncua.ua.ua_binary import struct_from_binary, variant_to_binary

from dovetail.core.batch import Batch, Value
from dovetail.core.clock import from_datetime
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.drivers.base import NO_DEVICE_TIME, Alive, Found, ListenGroup, Notice, Point, Surroundings
from dovetail.drivers.flow import Flow
from dovetail.drivers.jsonrows import MISSING, walk
from dovetail.drivers.opcua import euunits
from dovetail.drivers.opcua.address import NodeAddress, inside_of, parse_address
from dovetail.drivers.opcua.listening import listen
from dovetail.drivers.opcua.options import OpcUaOptions
from dovetail.drivers.opcua.paths import Paths
from dovetail.drivers.opcua.publish import row_of, status_of
from dovetail.drivers.opcua.security import MESSAGE_BYTES_MAX, abort, connect, in_our_words
from dovetail.drivers.opcua.status import quality_of
from dovetail.drivers.opcua.structures import Structures
from dovetail.drivers.values import Row, Table, to_raw

PROBE_TIMEOUT_S: Final = 1.5  # asked each second: a half-open link is known as dead after at most 2.5 s
STALLED_US: Final = 1_800_000  # a timeout that came this late was late itself
CLOSE_TIMEOUT_S: Final = 1.0  # a dead server does not say goodbye
READ_CHUNK: Final = 200  # nodes per request: encoding more would hold the loop for over 10 ms
BROWSE_MAX: Final = 1_000  # entries of one folder; a person does not read further
RENEW_AT: Final = 0.75  # of the channel's lifetime (OPC 10000-4 §5.5.2)
BAD_NODE_ID: Final = 0x8034_0000  # BadNodeIdUnknown: what an address that cannot be resolved gets
NO_DATA_THERE: Final = 0x8037_0000  # BadIndexRangeNoData: the array is shorter, the structure has no such member
BAD_TYPE: Final = 0x8074_0000  # BadTypeMismatch
_AT_CONNECT: Final = (2255, 11705, 11714)  # NamespaceArray, MaxNodesPerRead, MaxMonitoredItemsPerCall
_STATE: Final = ua.NodeId(2259)  # Server.ServerStatus.State
_NOT_SERVING: Final = frozenset({1, 2, 3, 4})  # ServerState Failed, NoConfiguration, Suspended, Shutdown


class _Answer(Protocol):
    ResponseHeader: Any


class OpcUaDriver:
    """The client side of OPC UA behind the plant's small `Driver` protocol."""

    def __init__(self, options: OpcUaOptions, around: Surroundings) -> None:
        self._options = options
        self._around = around
        self._clock = around.clock
        self._client: Client | None = None
        self._namespaces: list[str] = []
        self._paths = Paths(())
        self._structures = Structures()
        self._limits = (READ_CHUNK, READ_CHUNK)  # nodes per read, monitored items per call
        self._renew_at_us = 0

    @property
    def where(self) -> str:
        return self._options.endpoint

    async def open(self) -> None:
        """Connect, then learn the namespaces and the server's limits."""
        self._client = await connect(self._options, self._around)
        self._plan_renewal()
        with in_our_words(self.where):
            values = await self._values(_AT_CONNECT)
        self._namespaces = [str(uri) for uri in values[0] or ()]
        self._paths, self._structures = Paths(self._namespaces), Structures()
        self._limits = (_limit(values[1]), _limit(values[2]))

    async def close(self) -> None:
        """Say goodbye when somebody listens, then drop the socket."""
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(Exception):  # whatever a dying server answers, we are leaving
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await client.close_session()
                await client.close_secure_channel()
        abort(client)

    async def probe(self) -> Alive:
        """Server state in one read; also renews the secure channel when its time has come.

        The server's clock is taken from the head of its answer: the CurrentTime node may be a second old.
        """
        await self._renew_when_due()
        self.refuse_flood()
        asked_us = self._clock.now_us()
        with in_our_words(self.where):
            answer = await self._ask_state()
        state = answer.Results[0].Value
        if state is not None and state.Value in _NOT_SERVING:
            raise LinkError(f"{self.where} says it is {ua.ServerState(state.Value).name}", code="opcua-state")
        stamped = answer.ResponseHeader.Timestamp
        device_us = max(from_datetime(stamped), NO_DEVICE_TIME) if stamped else NO_DEVICE_TIME
        return Alive(asked_us=asked_us, answered_us=self._clock.now_us(), device_us=device_us or None)

    async def _ask_state(self) -> ua.ReadResponse:
        """Asked again when it was this process that stood still: its answer may lie unread in our socket."""
        asked_us = self._clock.monotonic_us()
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                return await self._read([_STATE])
        except TimeoutError:
            if self._clock.monotonic_us() - asked_us < STALLED_US:
                raise
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            return await self._read([_STATE])

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """One row per point; an address that cannot be resolved is BAD_CONFIG, the rest goes on."""
        await self.learn(point.address for point in points)
        rows: list[Row] = []
        known: list[tuple[int, ua.NodeId]] = []
        for index, point in enumerate(points):
            node = self.resolve(point.address)
            if node is None:
                rows.append((index, None, BAD_NODE_ID, NO_DEVICE_TIME))
            else:
                known.append((index, node))
        size = self._limits[0]
        with in_our_words(self.where):
            for start in range(0, len(known), size):
                rows += await self._read_rows(known[start : start + size])
        for index, _, status, _ in rows:
            if status == BAD_NODE_ID:
                self._paths.forget(points[index].address)
        rows = await self.unfold(rows, inside_of(points))
        return Table(points, quality_of).batches(rows, received_us=self._clock.now_us())

    async def unfold(self, rows: Sequence[Row], inside: Mapping[int, tuple[str, ...]]) -> list[Row]:
        """Structures as mappings of their members; `inside`: by row index, the way into its value."""
        with in_our_words(self.where):
            await self._structures.learn(self, (raw for _, raw, _, _ in rows))
        found: list[Row] = []
        for index, raw, status, device_us in rows:
            value = self._structures.unfolded(raw)
            if index in inside and value is not None:
                value = walk(value, inside[index])
            found.append(
                (index, None, NO_DATA_THERE, device_us) if value is MISSING else (index, value, status, device_us)
            )
        return found

    async def _read_rows(self, nodes: list[tuple[int, ua.NodeId]]) -> list[Row]:
        """Read, and if the answer cannot be decoded, halve until the one point that spoils it is alone."""
        try:
            answers = await self._data_values([node for _, node in nodes])
        except (OSError, TimeoutError, ua.UaStatusCodeError):
            raise
        except Exception:  # an unknown structure in one answer makes the library fail for all of them
            if len(nodes) == 1:
                return [(nodes[0][0], None, BAD_TYPE, NO_DEVICE_TIME)]
            half = len(nodes) // 2
            return await self._read_rows(nodes[:half]) + await self._read_rows(nodes[half:])
        return [row_of(index, answer) for (index, _), answer in zip(nodes, answers, strict=True)]

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Report changes until cancelled; raises LinkError when the link or the subscription is lost."""
        with in_our_words(self.where):
            await listen(self, groups, on_notice)

    async def write(self, point: Point, value: Value) -> None:
        """Write in the node's own data type; raises PointError with the server's status."""
        await self.learn([point.address])
        node = self.resolve(point.address)
        if node is None:
            raise PointError(f"{point.address} does not exist on {self.where}", native=BAD_NODE_ID)
        if inside_of([point]):
            raise PointError(
                f"{point.address} is a part of a value, and only whole values are written", native=BAD_TYPE
            )
        with in_our_words(self.where):
            client = self._open_client()
            (present,) = await self._data_values([node])
            if present.Value is None or status_of(present) >> 31:
                raise PointError(f"{point.address} cannot be read, so not written", native=status_of(present))
            variant = _variant(point, value, present.Value)
            (status,) = await client.uaclient.write_attributes([node], [ua.DataValue(variant)], ua.AttributeIds.Value)
        if not status.is_good():
            raise PointError(f"{point.address} was not written: {status.name}", native=int(status.value))

    async def browse(self, address: str | None = None) -> list[Found]:
        """Children by hierarchical references; None starts at the Objects folder."""
        await self.learn([] if address is None else [address])
        node = ua.NodeId(85) if address is None else self.resolve(address)
        if node is None:
            raise PointError(f"{address} does not exist on {self.where}", native=BAD_NODE_ID)
        with in_our_words(self.where):
            place = self._open_client().get_node(node)
            children = await place.get_references(
                refs=ua.ObjectIds.HierarchicalReferences, direction=ua.BrowseDirection.Forward
            )
            # no children is what the library says of no such node, too
            kind = (
                None if children else await place.read_attribute(ua.AttributeIds.NodeClass, raise_on_bad_status=False)
            )
        if kind is not None and kind.StatusCode is not None and not kind.StatusCode.is_good():
            raise PointError(f"there is no node {address} on {self.where}", native=kind.StatusCode.value)
        shown = children[:BROWSE_MAX]
        measured = await self._units([child.NodeId for child in shown if child.NodeClass == ua.NodeClass.Variable])
        return [self._found(child, measured.get(_plain(child.NodeId))) for child in shown]

    # --- what listening and reading share ---------------------------------------------------------------------

    def now_us(self) -> int:
        """Our wall clock, µs UTC."""
        return self._clock.now_us()

    @property
    def flow(self) -> Flow:
        """Whether the server may be asked for more of what it has to report."""
        return self._around.flow

    def monotonic_us(self) -> int:
        """Our monotonic clock, µs."""
        return self._clock.monotonic_us()

    @property
    def items_per_call(self) -> int:
        return self._limits[1]

    async def learn(self, addresses: Iterable[str]) -> None:
        """Ask the server what the paths among these addresses mean now, where that is not known yet."""
        with in_our_words(self.where):
            await self._paths.learn(self, addresses)

    def resolve(self, address: str) -> ua.NodeId | None:
        """The node id an address means on this server now; None when it is malformed or is not there."""
        try:
            parsed = parse_address(address)
        except ConfigError:
            return None
        if parsed.form == "path":
            return self._paths.node(address)
        if isinstance(parsed.namespace, int):
            return _node_id(parsed, parsed.namespace)
        if parsed.namespace not in self._namespaces:
            return None
        return _node_id(parsed, self._namespaces.index(parsed.namespace))

    def refuse_flood(self) -> None:
        """The library collects a message of any length; one that never ends would take the memory of the plant."""
        protocol = self._open_client().uaclient.protocol
        held = b"" if protocol is None else protocol.receive_buffer or b""
        if len(held) > MESSAGE_BYTES_MAX:
            raise LinkError(f"{self.where} sends a message without end", code="opcua-flood")

    async def ask(self, request: Any, timeout_s: float | None = None) -> Any:
        """Send one request on the session's channel and return the undecoded body of its answer."""
        protocol = self._open_client().uaclient.protocol
        if protocol is None:
            raise ConnectionError("the connection is closed")
        return await protocol.send_request(request, timeout_s)

    async def call[A: _Answer](self, request: Any, answer: type[A]) -> A:
        """Send one request and decode its answer; a bad service result raises."""
        decoded = struct_from_binary(answer, await self.ask(request))
        decoded.ResponseHeader.ServiceResult.check()
        return decoded

    # --- inside -----------------------------------------------------------------------------------------------

    def _open_client(self) -> Client:
        if self._client is None:
            raise LinkError(f"{self.where} is not connected", code="opcua-closed")
        return self._client

    async def _data_values(self, nodes: Sequence[ua.NodeId]) -> list[ua.DataValue]:
        return (await self._read(nodes)).Results

    async def _read(self, nodes: Sequence[ua.NodeId]) -> ua.ReadResponse:
        parameters = ua.ReadParameters(TimestampsToReturn=ua.TimestampsToReturn.Both)
        parameters.NodesToRead = [ua.ReadValueId(NodeId=node, AttributeId=ua.AttributeIds.Value) for node in nodes]
        return await self.call(ua.ReadRequest(Parameters=parameters), ua.ReadResponse)

    async def _values(self, standard: Sequence[int]) -> list[Any]:
        """Values of the standard's own nodes; None where the server has none."""
        answers = await self._data_values([ua.NodeId(number) for number in standard])
        return [answer.Value.Value if answer.Value is not None else None for answer in answers]

    def _plan_renewal(self) -> None:
        lifetime_us = self._open_client().secure_channel_timeout * 1000
        self._renew_at_us = self._clock.monotonic_us() + round(lifetime_us * RENEW_AT)

    async def _renew_when_due(self) -> None:
        if self._clock.monotonic_us() < self._renew_at_us:
            return
        client = self._open_client()
        with in_our_words(self.where):
            await client.open_secure_channel(renew=True)
            client.uaclient.revolve_security_token()
        self._plan_renewal()

    async def values(self, nodes: Sequence[ua.NodeId]) -> list[ua.DataValue]:
        """What these nodes hold now."""
        return await self._data_values(nodes)

    async def _units(self, nodes: Sequence[ua.NodeId]) -> Mapping[ua.NodeId, str]:
        """Their units; a server that does not answer this question has none for us."""
        try:
            return await euunits.units(self, [_plain(node) for node in nodes])
        except ua.UaError:
            return {}

    def _found(self, child: ua.ReferenceDescription, unit: str | None) -> Found:
        node = child.NodeId
        uri = self._namespaces[node.NamespaceIndex] if node.NamespaceIndex < len(self._namespaces) else None
        plain = ua.NodeId(node.Identifier, 0, node.NodeIdType).to_string().split(";")[-1]
        escaped = (uri or "").replace("%", "%25").replace(";", "%3B")
        address = plain if node.NamespaceIndex == 0 else f"nsu={escaped};{plain}"
        return Found(address, child.DisplayName.Text or "", child.NodeClass != ua.NodeClass.Variable, unit=unit)


def _plain(node: ua.NodeId) -> ua.NodeId:
    """A node of this server, without what an expanded node id may carry besides."""
    return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)


def _variant(point: Point, value: Value, present: ua.Variant) -> ua.Variant:
    """The value in the node's own type; raises PointError when that type cannot carry it."""
    raw = to_raw(point, value)
    if isinstance(raw, float) and isinstance(present.Value, int) and raw.is_integer():
        raw = int(raw)
    variant = ua.Variant(raw, present.VariantType)
    try:
        variant_to_binary(variant)
    except (ua.UaError, struct.error, TypeError, ValueError, AttributeError) as error:
        kind = present.VariantType.name
        raise PointError(f"{point.address} is {kind} and cannot take {raw!r}", native=BAD_TYPE) from error
    return variant


def _limit(value: Any) -> int:
    """A server's limit; 0 and absence mean none, but a request still has a size."""
    return min(value, READ_CHUNK) if isinstance(value, int) and value > 0 else READ_CHUNK


def _node_id(address: NodeAddress, index: int) -> ua.NodeId:
    forms = {
        "i": ua.NodeIdType.Numeric,
        "s": ua.NodeIdType.String,
        "g": ua.NodeIdType.Guid,
        "b": ua.NodeIdType.ByteString,
    }
    return ua.NodeId(address.identifier, index, forms[address.form])
