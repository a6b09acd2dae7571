"""mDNS: a device is asked itself, at its own address, which services it has; nothing is sent to the whole network.

RFC 6762 §6.7: an answer to a question from another port than 5353 comes back to who asked, and to nobody else. A
responder that only heeds the multicast group stays unheard: naming a range names addresses, not a group of hosts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from dovetail.drivers.base import at_port
from dovetail.finding.dnswords import PTR, SRV, TXT, Said, question, take
from dovetail.finding.door import ANSWER_S, Door
from dovetail.finding.model import Find, Way

PORT: Final = 5353
SERVICES: Final = {
    "_opcua-tcp._tcp.local": "opcua", "_mqtt._tcp.local": "mqtt", "_secure-mqtt._tcp.local": "mqtt",
    "_mtconnect._tcp.local": "mtconnect", "_http._tcp.local": "http",
}  # fmt: skip  # OPC 10000-12 Annex C; IANA's register of service names
DATAGRAM_MAX: Final = 9_000  # RFC 6762 §17
ANSWERS_MAX: Final = 20  # datagrams of one host that are read
INSTANCES_MAX: Final = 50  # services of one host that are told
_NOTE: Final = "it says so itself by mDNS: anybody in its network could say it"


class _Ear(asyncio.DatagramProtocol):
    """Takes what the asked host sends; the socket is connected, so others are not heard."""

    def __init__(self) -> None:
        self.said = Said()
        self.came = asyncio.Event()
        self._count = 0

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._count += 1
        if self._count <= ANSWERS_MAX and len(data) <= DATAGRAM_MAX:
            with suppress(ValueError):
                take(data, self.said)
                self.came.set()

    def error_received(self, exc: Exception) -> None:
        """The host says that nobody listens: as good as silence."""
        self.came.set()


async def ask(door: Door) -> list[Find]:
    """The services of one host that Dovetail could connect. Raises OSError and TimeoutError."""
    await door.pace.turn()
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_datagram_endpoint(_Ear, remote_addr=(door.host, door.port))
    try:
        transport.sendto(question(1, list(SERVICES), PTR))
        await _hear(ear, door)
        unknown = [name for names in ear.said.instances.values() for name in names if name not in ear.said.places]
        if unknown:
            await door.pace.rest()
            for kind in (SRV, TXT):
                transport.sendto(question(2, unknown[:INSTANCES_MAX], kind))
            await _hear(ear, door)
    finally:
        transport.close()
        await door.pace.rest()
    return list(_finds(door, ear.said))[:INSTANCES_MAX]


async def _hear(ear: _Ear, door: Door) -> None:
    """Until it answered, and a moment more for what comes behind."""
    ear.came.clear()
    async with asyncio.timeout(ANSWER_S * door.patience):
        await ear.came.wait()
    await door.pace.rest()


def _finds(door: Door, said: Said) -> Iterator[Find]:
    for service, driver in SERVICES.items():
        for instance in said.instances.get(service, []):
            port, target = said.places.get(instance, (0, ""))
            if port:
                options = _options(driver, service, door.host, port, said.texts.get(instance, {}))
                name = instance.removesuffix(f".{service}")[:120]
                details = (f"{service.removesuffix('.local')} at {target[:120]}, port {port}",)
                yield Find(door.host, port, driver, name, options, details, (_NOTE,))


def _options(driver: str, service: str, host: str, port: int, texts: dict[str, str]) -> dict[str, Any]:
    path = "/" + texts.get("path", "").strip("/")[:200]
    if driver == "opcua":
        return {"url": f"opc.tcp://{at_port(host, port)}{path.rstrip('/')}"}
    if driver == "mqtt":
        tls = service.startswith("_secure")
        return {"host": host, "port": port, "security": {"tls": True} if tls else {"tls": False, "insecure": True}}
    return {"url": f"http://{at_port(host, port)}{path}"}


PLUGIN: Final = Way("mDNS", (PORT,), ask)
