"""Go from host to host and ask in each way who is there; stop at a host that refuses, and when the time is over."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dovetail.core.clock import Clock
from dovetail.core.errors import DovetailError
from dovetail.finding.door import PATIENT, CutOffError, Door
from dovetail.finding.model import Left, Survey, Way
from dovetail.finding.pace import Pace
from dovetail.finding.ranges import Host

log = logging.getLogger(__name__)

WAYS: Final = "dovetail.finding.ways"
WAY_S: Final = 60.0  # one way at one port; many units behind a slow gateway take as long
_STOPS: Final = {
    errno.EHOSTUNREACH: "it cannot be reached",
    errno.ENETUNREACH: "there is no way to its network",
    errno.EACCES: "a firewall of this computer forbids it",
    errno.EPERM: "a firewall of this computer forbids it",
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a survey asks: `ways` with their ports, Modbus `units`, and for how long a named broker is listened to."""

    ways: Mapping[str, tuple[Way, tuple[int, ...]]]
    units: tuple[int, ...]
    listen_s: float
    limit_s: float


async def survey(
    hosts: Sequence[Host], manner: Manner, *, clock: Clock, pace: Pace, on_host: Callable[[], None] = lambda: None
) -> Survey:
    """Ask all hosts within the time; what was found until then is the answer."""
    found = Survey()
    waiting = {host.address for host in hosts}

    async def one(host: Host) -> None:
        async with pace.hosts:
            await _ask_host(host, manner, found, clock, pace)
        waiting.discard(host.address)
        found.asked += 1
        on_host()

    tasks = [asyncio.create_task(one(host)) for host in hosts]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=manner.limit_s)
        for task in late:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for fault in ended:
            if isinstance(fault, Exception):
                raise fault
    order = {host.address: at for at, host in enumerate(hosts)}
    found.finds.sort(key=lambda one: (order.get(one.host, 0), one.port, one.name))
    found.unasked = [host.address for host in hosts if host.address in waiting]
    found.connections = pace.begun
    return found


async def _ask_host(host: Host, manner: Manner, found: Survey, clock: Clock, pace: Pace) -> None:
    listen_s = manner.listen_s if host.named else 0.0
    patience = PATIENT if host.named else 1.0
    for way, ports in manner.ways.values():
        for port in ports:
            door = Door(host.address, port, pace, clock, manner.units, listen_s, patience)
            try:
                async with asyncio.timeout(WAY_S):
                    found.finds += await way.ask(door)
            except CutOffError:
                found.left.append(Left(host.address, f"it ended the connection to port {port} without an answer"))
                return
            except (DovetailError, TimeoutError, ConnectionError):
                continue  # nobody listens, or not this
            except OSError as error:
                why = _STOPS.get(error.errno or 0)
                if why is not None:
                    found.left.append(Left(host.address, why))
                    return
            except Exception as fault:  # a stranger's bytes: anything may come out of reading them
                log.warning("%s at %s:%d", way.title, host.address, port, exc_info=fault)
                why = f"its answer on port {port} is none that {way.title} knows ({type(fault).__name__})"
                found.left.append(Left(host.address, why))
                return
