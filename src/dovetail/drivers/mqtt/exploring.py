"""What a broker has, for a person who looks: a short while of listening, on a connection that then goes away."""

from __future__ import annotations

from typing import Any, Final

import orjson

from dovetail.core.batch import Kind
from dovetail.core.errors import PointError
from dovetail.drivers.base import Found, Surroundings
from dovetail.drivers.broker import reach
from dovetail.drivers.mqtt.address import MISSING, find, parse_address
from dovetail.drivers.mqtt.options import MqttOptions
from dovetail.mqtt.stream import Message

LISTEN_S: Final = 1.5  # what is remembered comes at once; what is sent each second is seen too
TOPICS_MAX: Final = 20_000  # a broker with more is looked at level by level
FOUND_MAX: Final = 1_000  # entries of one level; a person does not read further


async def look(options: MqttOptions, around: Surroundings, address: str | None) -> list[Found]:
    """The level below a topic (None: the first), or below a member of a JSON payload."""
    if address is not None and "#" in address:
        parsed = parse_address(address)
        payloads = await _listen(options, around, parsed.topic)
        return _members(address, find(_document(payloads.get(parsed.topic, b"")), parsed.pointer or ()))
    payloads = await _listen(options, around, "#" if address is None else f"{address}/#")
    return _level(payloads, address)


async def _listen(options: MqttOptions, around: Surroundings, wanted: str) -> dict[str, bytes]:
    """The last payload of each topic that the filter means."""
    seen: dict[str, bytes] = {}

    def take(messages: list[Message]) -> None:
        for topic, payload, _, _ in messages:
            if len(seen) < TOPICS_MAX:
                seen[topic.decode(errors="replace")] = payload

    client = await reach(options.model_copy(update={"client_id": None}), around)
    try:
        client.listen(take)
        (code,) = await client.subscribe([(wanted, 0)])
        if code >= 0x80:
            raise PointError(f"{options.where()} does not let us see {wanted}", native=code)
        await around.clock.sleep(LISTEN_S)
        await client.ping()
    finally:
        await client.close()
    return seen


def _level(payloads: dict[str, bytes], under: str | None) -> list[Found]:
    start = "" if under is None else f"{under}/"
    found: dict[str, Found] = {}
    for topic, payload in payloads.items():
        if topic.startswith(start) and topic != under:
            name, slash, _ = topic[len(start) :].partition("/")
            if slash:
                found[name] = Found(f"{start}{name}", name, True)
            else:
                found.setdefault(name, _leaf(f"{start}{name}", name, payload))
    return [found[name] for name in sorted(found)][:FOUND_MAX]


def _leaf(topic: str, name: str, payload: bytes) -> Found:
    document = _document(payload)
    if isinstance(document, (dict, list)):
        return Found(f"{topic}#", name, True)
    return Found(topic, name, False, _kind(document))


def _members(address: str, document: Any) -> list[Found]:
    if isinstance(document, dict):
        items = [(str(key), value) for key, value in document.items()]
    elif isinstance(document, list):
        items = [(str(index), value) for index, value in enumerate(document)]
    else:
        return []
    found: list[Found] = []
    for key, value in items[:FOUND_MAX]:
        step = key.replace("~", "~0").replace("/", "~1")
        is_folder = isinstance(value, (dict, list))
        found.append(Found(f"{address}/{step}", key, is_folder, None if is_folder else _kind(value)))
    return found


def _document(payload: bytes) -> Any:
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        return MISSING


def _kind(value: Any) -> Kind:
    """What a value looks like; whole numbers may well have decimals the next time."""
    if isinstance(value, bool):
        return Kind.BOOL
    return Kind.F64 if isinstance(value, (int, float)) else Kind.STR
