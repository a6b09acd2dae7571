"""Tell the service manager that the plant is served, that it lives, and that it is about to end (sd_notify)."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import Final

SOCKET: Final = "NOTIFY_SOCKET"
WATCHDOG_US: Final = "WATCHDOG_USEC"
JOURNAL: Final = "JOURNAL_STREAM"  # set by systemd when standard output goes to its journal


def notify(*states: str) -> bool:
    """Send states (`READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=…`); False where nobody manages us."""
    address = os.environ.get(SOCKET, "")
    if not address or not hasattr(socket, "AF_UNIX"):
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]  # an abstract socket of Linux
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.setblocking(False)  # a manager that does not listen must not hold us up
        out.sendto("\n".join(states).encode(), address)
        return True
    return False


def is_watched() -> bool:
    """Whether the service manager wants to hear that we live."""
    return bool(os.environ.get(WATCHDOG_US)) and os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())


def writes_to_journal() -> bool:
    """Whether what we print is kept by the journal, where many may read it."""
    return JOURNAL in os.environ
