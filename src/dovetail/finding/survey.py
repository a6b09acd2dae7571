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
from dovetail.finding.model import Find, Left, Stranger, Survey, Way
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
    hosts: Sequence[Host],
    manner: Manner,
    *,
    clock: Clock,
    pace: Pace,
    on_host: Callable[[], None] = lambda: None,
    found: Survey | None = None,
    enough: asyncio.Event | None = None,
) -> Survey:
    """Ask all hosts within the time, or until somebody has had `enough`; what was found until then is the answer.

    `found` is filled while it goes on, for whoever watches.
    """
    found = Survey() if found is None else found
    waiting = {host.address for host in hosts}

    async def one(host: Host) -> None:
        async with pace.hosts:
            await _ask_host(host, manner, found, clock, pace)
        waiting.discard(host.address)
        found.asked += 1
        found.connections = pace.begun
        on_host()

    tasks = [asyncio.create_task(one(host)) for host in hosts]
    if tasks:
        await _ended(tasks, manner.limit_s, enough)
    order = {host.address: at for at, host in enumerate(hosts)}
    found.finds.sort(key=lambda one: (order.get(one.host, 0), one.port, one.name))
    found.unasked = [host.address for host in hosts if host.address in waiting]
    found.connections = pace.begun
    return found


async def _ended(tasks: Sequence[asyncio.Task[None]], limit_s: float, enough: asyncio.Event | None) -> None:
    """Until all hosts are asked, the time is over, or somebody has had enough. Raises what went wrong on our side."""
    all_of_them = asyncio.gather(*tasks, return_exceptions=True)
    said = asyncio.create_task((enough or asyncio.Event()).wait())
    await asyncio.wait((all_of_them, said), timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    for task in (said, *tasks):
        task.cancel()
    for fault in await all_of_them:
        if isinstance(fault, Exception):
            raise fault


async def _ask_host(host: Host, manner: Manner, found: Survey, clock: Clock, pace: Pace) -> None:
    listen_s = manner.listen_s if host.named else 0.0
    patience = PATIENT if host.named else 1.0
    strange: dict[int, list[str]] = {}
    for way, ports in manner.ways.values():
        for port in ports:
            door = Door(host.address, port, pace, clock, manner.units, listen_s, patience)
            try:
                finds = await _asked(way, door)
            except _LeaveAloneError as why:
                found.left.append(Left(host.address, str(why)))
                return
            found.finds += finds
            if door.opened and not finds:
                strange.setdefault(port, []).append(way.title)
    known = {find.port for find in found.finds if find.host == host.address}
    for port, titles in strange.items():
        if port not in known:
            found.strangers.append(Stranger(host.address, port, tuple(titles)))


class _LeaveAloneError(Exception):
    """Nothing more is asked of this host; the message says why."""


async def _asked(way: Way, door: Door) -> list[Find]:
    """What answers at one door; nothing where nobody listens, or something else. Raises _LeaveAloneError."""
    try:
        async with asyncio.timeout(WAY_S):
            return await way.ask(door)
    except CutOffError:
        raise _LeaveAloneError(f"it ended the connection to port {door.port} without an answer") from None
    except (DovetailError, TimeoutError, ConnectionError):
        return []
    except OSError as error:
        why = _STOPS.get(error.errno or 0)
        if why is not None:
            raise _LeaveAloneError(why) from error
        return []
    except Exception as fault:  # a stranger's bytes: anything may come out of reading them
        log.warning("%s at %s:%d", way.title, door.host, door.port, exc_info=fault)
        why = f"its answer on port {door.port} is none that {way.title} knows ({type(fault).__name__})"
        raise _LeaveAloneError(why) from fault
