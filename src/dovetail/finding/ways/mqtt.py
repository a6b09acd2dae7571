"""MQTT: a broker welcomes or refuses who has no name; one that was named by itself is listened to for a few seconds.

What speaks Sparkplug there is found as a device of its own: its host application reads it otherwise than plain topics.
"""

from __future__ import annotations

from typing import Any, Final

from dovetail.core.errors import ConfigError
from dovetail.drivers.broker import PORT, reach
from dovetail.drivers.mqtt.options import MqttOptions
from dovetail.finding.door import Door
from dovetail.finding.model import Find, Way
from dovetail.mqtt.client import Client
from dovetail.mqtt.sparkplug import NAMESPACE
from dovetail.mqtt.stream import Message

TOPICS_MAX: Final = 5_000  # that are told apart
TOPICS_SHOWN: Final = 20
_CLEAR: Final = "sent in clear: use TLS where the broker offers it (port 8883)"


async def ask(door: Door) -> list[Find]:
    """The broker, and the Sparkplug nodes that were heard on it. Raises LinkError for what is no broker."""
    await door.knock()
    options: dict[str, Any] = {"host": door.host, **({} if door.port == PORT else {"port": door.port})}
    options["security"] = {"tls": False, "insecure": True}
    try:
        client = await reach(MqttOptions.model_validate(options), door.around)
    except ConfigError as error:
        return [Find(door.host, door.port, "mqtt", "an MQTT broker", options, (error.message,), (_CLEAR,))]
    try:
        topics = await _listen(client, door) if door.listen_s else None
    finally:
        await client.close()
        await door.pace.rest()
    if topics is None:
        notes = ("it lets in who has no name", _CLEAR, "name its address alone to hear its topics")
        return [Find(door.host, door.port, "mqtt", "an MQTT broker", options, (), notes)]
    return _heard(door, options, topics)


async def _listen(client: Client, door: Door) -> list[str]:
    topics: dict[str, None] = {}

    def take(messages: list[Message]) -> None:
        for topic, _, _, _ in messages:
            if len(topics) < TOPICS_MAX:
                topics[topic.decode(errors="replace")] = None

    client.listen(take)
    (code,) = await client.subscribe([("#", 0)])
    if code < 0x80:
        await door.clock.sleep(door.listen_s)
    return sorted(topics)


def _heard(door: Door, options: dict[str, Any], topics: list[str]) -> list[Find]:
    nodes = sorted({"/".join((parts[1], parts[3])) for parts in map(_sparkplug, topics) if parts})
    plain = [topic for topic in topics if not topic.startswith(f"{NAMESPACE}/")]
    more = (f"… and {len(plain) - TOPICS_SHOWN} more",) if len(plain) > TOPICS_SHOWN else ()
    notes = ("it lets in who has no name", _CLEAR)
    says = f"an MQTT broker, {len(plain)} topics within {door.listen_s:g} s"
    found = [Find(door.host, door.port, "mqtt", says, options, (*plain[:TOPICS_SHOWN], *more), notes)]
    if nodes:
        says = f"Sparkplug: {len(nodes)} edge node{'' if len(nodes) == 1 else 's'}"
        found.append(Find(door.host, door.port, "sparkplug", says, options, tuple(nodes), notes))
    return found


def _sparkplug(topic: str) -> list[str] | None:
    parts = topic.split("/")
    return parts if parts[0] == NAMESPACE and len(parts) in (4, 5) else None


PLUGIN: Final = Way("MQTT and Sparkplug", (PORT,), ask)
