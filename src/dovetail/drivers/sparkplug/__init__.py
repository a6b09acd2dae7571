"""Sparkplug B 3.0: how edge nodes of a plant say over MQTT what they have, what changed, and that they died."""

from __future__ import annotations

from dovetail.drivers.base import About, AddressExample, DriverSpec, Lazily
from dovetail.drivers.sparkplug.address import EXAMPLES, fits, parse_address
from dovetail.drivers.sparkplug.options import SparkplugOptions

CLIENT = Lazily("dovetail.drivers.sparkplug.client", "SparkplugDriver")

ABOUT = About(
    says="edge gateways that publish to a broker in the Sparkplug B form and announce what they have",
    needs="the broker's address, user and password, and the names of group and edge node",
    first=("host", "port", "user", "password"),
    examples=(
        AddressExample("line1/gateway:Motor/Speed", "a metric of an edge node"),
        AddressExample("line1/gateway/filler:Motor/Speed", "a metric of a device behind it"),
    ),
    browses=True,
)

PLUGIN = DriverSpec(
    title="Sparkplug B host",
    options=SparkplugOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=CLIENT,
    in_flight=2,
    prepare=CLIENT.load,
    fits=fits,
    about=ABOUT,
    tells_time=True,
    codec=Lazily("dovetail.drivers.sparkplug.codec", "codec"),
)
