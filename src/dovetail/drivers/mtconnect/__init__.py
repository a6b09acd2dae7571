"""MTConnect: machine tools tell what they do, in one vocabulary for all makers (ANSI/MTC1.4 and later)."""

from __future__ import annotations

from dovetail.drivers.base import About, DriverSpec, Lazily
from dovetail.drivers.mtconnect.address import EXAMPLES, parse_address
from dovetail.drivers.mtconnect.options import MTConnectOptions

CLIENT = Lazily("dovetail.drivers.mtconnect.client", "MTConnectDriver")

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
    open=CLIENT,
    in_flight=2,
    prepare=CLIENT.load,
    about=ABOUT,
    writes=False,
    tells_time=True,
)
