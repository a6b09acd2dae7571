"""MTConnect: machine tools tell what they do, in one vocabulary for all makers (ANSI/MTC1.4 and later)."""

from __future__ import annotations

import importlib

from dovetail.drivers.base import About, Driver, DriverSpec, Surroundings
from dovetail.drivers.mtconnect.address import EXAMPLES, parse_address
from dovetail.drivers.mtconnect.options import MTConnectOptions


def _prepare() -> None:
    """Import the protocol library; checking a plant does not need it."""
    importlib.import_module("dovetail.drivers.mtconnect.client")


def _open(options: MTConnectOptions, around: Surroundings) -> Driver:
    from dovetail.drivers.mtconnect.client import MTConnectDriver

    return MTConnectDriver(options, around)


ABOUT = About(
    says="machine tools with an MTConnect agent: their data items can be browsed",
    needs="the address of the agent",
    browses=True,
)

PLUGIN = DriverSpec(
    title="MTConnect agent",
    options=MTConnectOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=_open,
    in_flight=2,
    prepare=_prepare,
    about=ABOUT,
)
