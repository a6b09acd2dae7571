"""Modbus TCP and RTU: the protocol that nearly every older machine, meter and drive of a plant understands."""

from __future__ import annotations

from dovetail.drivers.base import About, AddressExample, DriverSpec, Lazily
from dovetail.drivers.modbus.address import EXAMPLES, fits, parse_address
from dovetail.drivers.modbus.options import ModbusOptions

CLIENT = Lazily("dovetail.drivers.modbus.client", "ModbusDriver")

ABOUT = About(
    says="PLCs, drives, meters and gateways, old and new: values stand in numbered registers",
    needs="its IP address or serial port, its unit number, and the list of registers from its manual",
    first=("link", "host", "port", "unit", "order"),
    examples=(
        AddressExample("40001", "one holding register, 0 to 65535"),
        AddressExample("30001:float32", "a decimal number in two input registers"),
        AddressExample("40007:uint32", "a large counter in two holding registers"),
        AddressExample("40007:uint32:CDAB", "the same, low word first"),
        AddressExample("10001", "a discrete input, on or off"),
        AddressExample("00001", "a coil, on or off"),
        AddressExample("40010.3", "one bit of a register; .0 is the lowest"),
        AddressExample("40021:string16", "a text of 16 bytes"),
    ),
)


def _words(exception: int) -> str:
    from dovetail.drivers.modbus.pdus import said

    return said(exception)


PLUGIN = DriverSpec(
    title="Modbus TCP and RTU",
    options=ModbusOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=CLIENT,
    in_flight=4,  # reads that take turns; what is on the wire at once is the option `window`
    prepare=CLIENT.load,
    fits=fits,
    listens=False,
    about=ABOUT,
    words=_words,
)
