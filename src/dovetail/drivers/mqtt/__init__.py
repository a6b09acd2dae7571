"""MQTT: the protocol in which gateways, sensors and newer machines of a plant send their values to a broker."""

from __future__ import annotations

from dovetail.drivers.base import About, AddressExample, DriverSpec, Lazily
from dovetail.drivers.mqtt.address import EXAMPLES, fits, parse_address
from dovetail.drivers.mqtt.options import MqttOptions

CLIENT = Lazily("dovetail.drivers.mqtt.client", "MqttDriver")

ABOUT = About(
    says="gateways, sensors and programs that publish to a broker: plain values or JSON",
    needs="the broker's address, user and password, and the topics",
    first=("host", "port", "user", "password"),
    examples=(
        AddressExample("line1/filler/speed", "the whole message of a topic"),
        AddressExample("line1/filler#/speed", "one member of a JSON message"),
    ),
    browses=True,
)

PLUGIN = DriverSpec(
    title="MQTT",
    options=MqttOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=CLIENT,
    in_flight=2,
    prepare=CLIENT.load,
    fits=fits,
    about=ABOUT,
    tells_time=True,
    codec=Lazily("dovetail.drivers.mqtt.codec", "codec"),
)
