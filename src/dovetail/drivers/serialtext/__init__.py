"""Barcode scanners, scales, old printers and testers: devices that send lines of text over RS-232, USB or a socket."""

from __future__ import annotations

from dovetail.drivers.base import About, AddressExample, DriverSpec, Lazily
from dovetail.drivers.serialtext.address import EXAMPLES, fits, parse_address
from dovetail.drivers.serialtext.fields import words
from dovetail.drivers.serialtext.options import SerialTextOptions

CLIENT = Lazily("dovetail.drivers.serialtext.client", "SerialTextDriver")

ABOUT = About(
    says="barcode scanners, scales and testers that send lines of text, over a serial port, USB or a serial server",
    needs="the serial port or the address, baud rate and parity from the manual, and a telegram as it comes",
    first=("link", "serial_port", "host", "port", "baud", "parity", "framing", "pattern"),
    examples=(
        AddressExample("telegram", "the whole text, as a scanner sends it"),
        AddressExample("weight", "the part that the pattern names (?P<weight>…)"),
        AddressExample("weight[kg]", "the same in kilograms, whatever the part `unit` beside it says"),
    ),
)

PLUGIN = DriverSpec(
    title="Scanners and scales (serial text)",
    options=SerialTextOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=CLIENT,
    prepare=CLIENT.load,
    fits=fits,
    about=ABOUT,
    words=words,
    writes=False,
)
