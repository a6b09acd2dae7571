"""MTConnect: the agent's `probe` document names its devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dovetail.drivers.base import at_port
from dovetail.drivers.mtconnect.documents import Item, Part, devices
from dovetail.drivers.mtconnect.options import MTConnectOptions
from dovetail.drivers.weblink import WebLink
from dovetail.finding.door import Door
from dovetail.finding.model import Find, Way

PORTS: Final = (5000, 7878)  # the reference agent's, and that of many makers' own


async def ask(door: Door) -> list[Find]:
    """The agent with its devices. A web server that is none raises LinkError."""
    await door.knock()
    url = f"http://{at_port(door.host, door.port)}/"
    link = WebLink(MTConnectOptions.model_validate({"url": url}), door.around)
    try:
        found = devices((await link.get("probe")).body, where=url)
    finally:
        await link.close()
        await door.pace.rest()
    details = tuple(f"{part.name}: {sum(1 for _ in _items(part))} data items" for part in found)
    says = f"an MTConnect agent of {len(found)} device{'' if len(found) == 1 else 's'}"
    return [Find(door.host, door.port, "mtconnect", says, {"url": url}, details, ("http: anybody may read and forge",))]


def _items(part: Part) -> Iterator[Item]:
    yield from part.items
    for below in part.parts:
        yield from _items(below)


PLUGIN: Final = Way("MTConnect", PORTS, ask)
