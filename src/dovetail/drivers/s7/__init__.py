"""Siemens S7: the memory of the controllers that run most of Europe's packaging and process machines."""

from __future__ import annotations

import importlib

from dovetail.drivers.base import Driver, DriverSpec, Surroundings
from dovetail.drivers.s7.address import EXAMPLES, fits, parse_address
from dovetail.drivers.s7.options import S7Options


def _prepare() -> None:
    """Checking a plant does not need the client."""
    importlib.import_module("dovetail.drivers.s7.client")


def _open(options: S7Options, around: Surroundings) -> Driver:
    from dovetail.drivers.s7.client import S7Driver

    return S7Driver(options, around)


PLUGIN = DriverSpec(
    title="Siemens S7 (300, 400, 1200, 1500, LOGO!)",
    options=S7Options,
    address=EXAMPLES,
    parse_address=parse_address,
    open=_open,
    in_flight=4,  # reads that take turns; what is on the wire at once is the option `window`
    prepare=_prepare,
    fits=fits,
    listens=False,
)
