"""Modbus TCP: the protocol that nearly every older machine, meter and drive of a plant understands."""

from __future__ import annotations

import importlib

from dovetail.drivers.base import Driver, DriverSpec, Surroundings
from dovetail.drivers.modbus.address import EXAMPLES, fits, parse_address
from dovetail.drivers.modbus.options import ModbusOptions


def _prepare() -> None:
    """Import the protocol library; checking a plant does not need it."""
    importlib.import_module("dovetail.drivers.modbus.client")


def _open(options: ModbusOptions, around: Surroundings) -> Driver:
    from dovetail.drivers.modbus.client import ModbusDriver

    return ModbusDriver(options, around)


PLUGIN = DriverSpec(
    title="Modbus TCP",
    options=ModbusOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=_open,
    in_flight=4,  # reads that take turns; what is on the wire at once is the option `window`
    prepare=_prepare,
    fits=fits,
    listens=False,
)
