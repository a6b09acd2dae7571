"""JSON over HTTP: energy meters, vision systems, robots and gateways that show their values as a web page."""

from __future__ import annotations

import importlib

from dovetail.drivers.base import About, Driver, DriverSpec, Surroundings
from dovetail.drivers.http.address import EXAMPLES, parse_address
from dovetail.drivers.http.options import HttpOptions


def _prepare() -> None:
    """Import the protocol library; checking a plant does not need it."""
    importlib.import_module("dovetail.drivers.http.client")


def _open(options: HttpOptions, around: Surroundings) -> Driver:
    from dovetail.drivers.http.client import HttpDriver

    return HttpDriver(options, around)


ABOUT = About(
    says="devices and programs that hand out JSON on a web address, asked at an interval",
    needs="the address, and where in the JSON each value stands",
)

PLUGIN = DriverSpec(
    title="JSON over HTTP",
    options=HttpOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=_open,
    in_flight=2,
    prepare=_prepare,
    listens=False,
    about=ABOUT,
)
