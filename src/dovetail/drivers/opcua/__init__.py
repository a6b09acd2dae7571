"""OPC UA: the protocol in which most new machines of a plant speak for themselves (OPC 10000-4, -6)."""

from __future__ import annotations

import importlib

from dovetail.drivers.base import Driver, DriverSpec, Surroundings
from dovetail.drivers.opcua.address import EXAMPLES, parse_address
from dovetail.drivers.opcua.options import OpcUaOptions


def _prepare() -> None:
    """Import the protocol library: it takes half a second, and checking a plant does not need it."""
    importlib.import_module("dovetail.drivers.opcua.client")


def _open(options: OpcUaOptions, around: Surroundings) -> Driver:
    from dovetail.drivers.opcua.client import OpcUaDriver

    return OpcUaDriver(options, around)


PLUGIN = DriverSpec(
    title="OPC UA client",
    options=OpcUaOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=_open,
    in_flight=4,
    prepare=_prepare,
)
