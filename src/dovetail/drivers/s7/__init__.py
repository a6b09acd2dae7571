"""Siemens S7: the memory of the controllers that run most of Europe's packaging and process machines."""

from __future__ import annotations

from dovetail.drivers.base import About, AddressExample, DriverSpec, Lazily
from dovetail.drivers.s7.address import EXAMPLES, fits, parse_address
from dovetail.drivers.s7.options import S7Options

CLIENT = Lazily("dovetail.drivers.s7.client", "S7Driver")

ABOUT = About(
    says="Siemens controllers: S7-300, 400, 1200, 1500 and LOGO!, by data block and offset",
    needs="its IP address, rack and slot, and the data blocks from the program; PUT/GET allowed in the 1200 and 1500",
    first=("host", "rack", "slot"),
    examples=(
        AddressExample("DB10.DBD4:real", "a decimal number, four bytes from 4 on"),
        AddressExample("DB10.DBW6:int", "a whole number with sign, two bytes"),
        AddressExample("DB10.DBX2.3", "one bit"),
        AddressExample("DB10.DBB20:string30", "a text of up to 30 characters"),
        AddressExample("MD20:dint", "a double word of the flags"),
        AddressExample("I0.3", "an input"),
    ),
)


def _words(code: int) -> str:
    from dovetail.drivers.s7.frames import said

    return said(code)


PLUGIN = DriverSpec(
    title="Siemens S7 (300, 400, 1200, 1500, LOGO!)",
    options=S7Options,
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
