"""Which edge nodes speak on a broker and what they have, for a person who looks; on a connection of its own."""

from __future__ import annotations

from typing import Final

from dovetail.core.batch import Kind
from dovetail.core.errors import PointError
from dovetail.drivers.base import Found, Surroundings
from dovetail.drivers.broker import reach
from dovetail.drivers.sparkplug.options import SparkplugOptions
from dovetail.mqtt.sparkplug import NAMESPACE, REBIRTH, DataType, Payload, decode
from dovetail.mqtt.stream import Message

LISTEN_S: Final = 2.0  # a node that reports each second is seen; one that is asked has answered
FOUND_MAX: Final = 1_000  # entries of one level; a person does not read further
_BOOLEAN: Final = frozenset({DataType.Boolean})
_TEXT: Final = frozenset({DataType.String, DataType.Text, DataType.UUID, DataType.Bytes, DataType.File})


async def look(options: SparkplugOptions, around: Surroundings, address: str | None) -> list[Found]:
    """Nodes (None), or the devices and metrics of a node or device, given as `group/edge` or `group/edge/device`."""
    parts = [] if address is None else address.rstrip(":").split("/")
    if len(parts) not in (0, 2, 3):
        raise PointError(f"{address!r} is no edge node and no device")
    wanted = f"{NAMESPACE}/#" if not parts else f"{NAMESPACE}/{parts[0]}/+/{parts[1]}/#"
    asks = _ask(parts, around) if parts and options.rebirth else None
    heard = await _listen(options, around, wanted, asks)
    if not parts:
        nodes = sorted({"/".join((group, edge)) for group, _, edge, _ in heard})
        return [Found(node, node, True) for node in nodes][:FOUND_MAX]
    return _below(heard, parts)


def _ask(parts: list[str], around: Surroundings) -> tuple[str, bytes]:
    at_ms = around.clock.now_us() // 1000
    payload = Payload(timestamp=at_ms)
    payload.metrics.add(name=REBIRTH, timestamp=at_ms, datatype=DataType.Boolean, boolean_value=True)
    return f"{NAMESPACE}/{parts[0]}/NCMD/{parts[1]}", payload.SerializeToString()


type _Heard = dict[tuple[str, str, str, str], bytes]  # group, verb, edge, device → the last payload


async def _listen(
    options: SparkplugOptions, around: Surroundings, wanted: str, asks: tuple[str, bytes] | None
) -> _Heard:
    heard: _Heard = {}

    def take(messages: list[Message]) -> None:
        for topic, data, _, _ in messages:
            parts = topic.decode(errors="replace").split("/")
            if len(parts) in (4, 5) and len(heard) < FOUND_MAX * 10:
                heard[parts[1], parts[2], parts[3], parts[4] if len(parts) == 5 else ""] = data

    client = await reach(options.model_copy(update={"client_id": None}), around)
    try:
        client.listen(take)
        (code,) = await client.subscribe([(wanted, 0)])
        if code >= 0x80:
            raise PointError(f"{options.where()} does not let us listen to {wanted}", native=code)
        if asks is not None:
            client.say(*asks)
        await around.clock.sleep(LISTEN_S)
    finally:
        await client.close()
    return heard


def _below(heard: _Heard, parts: list[str]) -> list[Found]:
    device = parts[2] if len(parts) == 3 else ""
    place = "/".join(parts)
    found: list[Found] = []
    if not device:
        names = sorted({name for _, verb, _, name in heard if name and verb in ("DBIRTH", "DDATA")})
        found += [Found(f"{place}/{name}", name, True) for name in names]
    payload = decode(heard.get((parts[0], "DBIRTH" if device else "NBIRTH", parts[1], device), b""))
    for metric in payload.metrics if payload is not None else ():
        found.append(Found(f"{place}:{metric.name}", metric.name, False, _kind(metric.datatype)))
    return found[:FOUND_MAX]


def _kind(datatype: int) -> Kind:
    if datatype in _BOOLEAN:
        return Kind.BOOL
    if datatype in _TEXT:
        return Kind.STR
    if DataType.Int8 <= datatype <= DataType.Int64:
        return Kind.I64
    if DataType.UInt8 <= datatype <= DataType.UInt64 or datatype == DataType.DateTime:
        return Kind.U64
    return Kind.F64 if datatype in (DataType.Float, DataType.Double) else Kind.JSON
