"""MQTT: the protocol in which gateways, sensors and newer machines of a plant send their values to a broker."""

from __future__ import annotations

import importlib

from dovetail.drivers.base import About, AddressExample, Driver, DriverSpec, Surroundings
from dovetail.drivers.mqtt.address import EXAMPLES, fits, parse_address
from dovetail.drivers.mqtt.options import MqttOptions


def _prepare() -> None:
    """Import what only a running link needs."""
    importlib.import_module("dovetail.drivers.mqtt.client")


def _open(options: MqttOptions, around: Surroundings) -> Driver:
    from dovetail.drivers.mqtt.client import MqttDriver

    return MqttDriver(options, around)


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
    open=_open,
    in_flight=2,
    prepare=_prepare,
    fits=fits,
    about=ABOUT,
)
