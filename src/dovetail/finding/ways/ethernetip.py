"""EtherNet/IP: the ListIdentity question, which needs no session and which every device answers."""

from __future__ import annotations

from typing import Final

from dovetail.drivers.ethernetip import identity
from dovetail.finding.door import Door
from dovetail.finding.model import Find, Way

_HEAD: Final = 24  # bytes of the encapsulation header
_ANSWER_MAX: Final = 4_096


async def ask(door: Door) -> list[Find]:
    """Who answers, with maker, product, revision and serial number."""
    async with door.line() as line:
        line.say(identity.question())
        head = await line.hear(_HEAD)
        length = int.from_bytes(head[2:4], "little")
        if int.from_bytes(head[:2], "little") != identity.LIST_IDENTITY or length > _ANSWER_MAX:
            return []
        found = identity.identities(head + await line.hear(length))
    options: dict[str, object] = {"host": door.host, **({} if door.port == identity.PORT else {"port": door.port})}
    return [_find(door, one, options) for one in found]


def _find(door: Door, one: identity.Identity, options: dict[str, object]) -> Find:
    kind = identity.DEVICE_TYPES.get(one.device_type, f"device type {one.device_type}")
    notes = ["EtherNet/IP has no security worth the name: keep it inside its zone"]
    if not one.is_controller:
        notes.append("it is no controller itself: a Logix controller may stand behind it, in another slot")
    return Find(door.host, door.port, "ethernetip", one.says, options, (kind,), tuple(notes))


PLUGIN: Final = Way("EtherNet/IP", (identity.PORT,), ask)
