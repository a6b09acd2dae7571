"""JSON over HTTP: energy meters, vision systems, robots and gateways that show their values as a web page."""

from __future__ import annotations

from dovetail.drivers.base import About, DriverSpec, Lazily
from dovetail.drivers.http.address import EXAMPLES, parse_address
from dovetail.drivers.http.options import HttpOptions

CLIENT = Lazily("dovetail.drivers.http.client", "HttpDriver")

ABOUT = About(
    says="devices and programs that hand out JSON on a web address, asked at an interval",
    needs="the address, and where in the JSON each value stands",
)

PLUGIN = DriverSpec(
    title="JSON over HTTP",
    options=HttpOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=CLIENT,
    in_flight=2,
    prepare=CLIENT.load,
    listens=False,
    about=ABOUT,
    writes=False,
    tells_time=True,
)
