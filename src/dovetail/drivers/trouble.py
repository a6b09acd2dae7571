"""What a fault of a driver means for its link: time may heal it, or a person; never the end of the trying."""

from __future__ import annotations

import asyncio
import logging

from dovetail.core.errors import ConfigError, DovetailError, LinkError
from dovetail.core.plugins import unusable
from dovetail.drivers.base import Driver

log = logging.getLogger(__name__)


def reason(fault: Exception, *, link: str, driver: str) -> DovetailError:
    """Why the link ended; a fault of ours or of a driver must not take it away for good."""
    if isinstance(fault, (LinkError, ConfigError)):
        return fault
    if isinstance(fault, ImportError):
        return unusable(f"the driver {driver!r}", fault)
    log.error("%s: the driver failed", link, exc_info=fault)
    return LinkError(f"the driver failed: {type(fault).__name__}: {fault}", code="driver-failed")


async def farewell(driver: Driver, *, link: str) -> None:
    """Close it; a goodbye that fails is no reason to stop trying.

    Who was told to end meanwhile ends: a library that waits for a task of its own to be cancelled takes our
    cancellation for that one's, and the link would go on for ever.
    """
    asker = asyncio.current_task()
    before = asker.cancelling() if asker is not None else 0
    try:
        await driver.close()
    except Exception as fault:
        log.error("%s: the driver did not close", link, exc_info=fault)
    if asker is not None and asker.cancelling() > before:
        raise asyncio.CancelledError
