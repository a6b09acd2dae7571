"""EtherNet/IP: the tags of Logix controllers, which run most of North America's machines, read by their names."""

from __future__ import annotations

from dovetail.drivers.base import About, AddressExample, DriverSpec, Lazily
from dovetail.drivers.ethernetip.address import EXAMPLES, fits, parse_address
from dovetail.drivers.ethernetip.options import EthernetIpOptions

CLIENT = Lazily("dovetail.drivers.ethernetip.client", "EthernetIpDriver")

ABOUT = About(
    says="Rockwell / Allen-Bradley controllers: ControlLogix, CompactLogix, GuardLogix and Micro800, by tag name",
    needs="its IP address and the slot of the controller; its tags can be looked through",
    first=("host", "slot", "micro800"),
    examples=(
        AddressExample("Pieces", "a tag of the controller"),
        AddressExample("Program:Main.Speed", "a tag of a program"),
        AddressExample("Line.Motors[3].Speed", "a member of a structure in an array"),
        AddressExample("Flags.5", "one bit of a whole number"),
        AddressExample("Temps[0]{10}", "ten elements of an array, as a list"),
    ),
    browses=True,
)


def _words(code: int) -> str:
    from dovetail.drivers.ethernetip.messages import said

    return said(code)


PLUGIN = DriverSpec(
    title="EtherNet/IP (Logix, Micro800)",
    options=EthernetIpOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=CLIENT,
    in_flight=4,  # reads that take turns, message by message; one is on the wire at a time
    prepare=CLIENT.load,
    fits=fits,
    listens=False,
    about=ABOUT,
    words=_words,
)
