"""What a fault of a driver means for its link: time may heal it, or a person; never the end of the trying."""

from __future__ import annotations

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
    """Close it; a goodbye that fails is no reason to stop trying."""
    try:
        await driver.close()
    except Exception as fault:
        log.error("%s: the driver did not close", link, exc_info=fault)
