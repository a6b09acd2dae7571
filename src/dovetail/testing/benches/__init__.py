"""A device for each protocol of the house, as one maker or another would build it, for the trials of its driver."""

from __future__ import annotations

from typing import Final

from dovetail.testing.bench import Bench
from dovetail.testing.benches.broker import MqttBench, SparkplugBench
from dovetail.testing.benches.ethernetip import EthernetIpBench
from dovetail.testing.benches.folder import FileDropBench
from dovetail.testing.benches.opcua import OpcUaBench
from dovetail.testing.benches.plc import ModbusBench, ModbusRtuBench, S7Bench
from dovetail.testing.benches.posting import WebhookBench
from dovetail.testing.benches.sql import SqlBench
from dovetail.testing.benches.text import SerialTextBench
from dovetail.testing.benches.web import HttpBench, MTConnectBench

# By the name of the row in the matrix: a driver's own, and what of it that has another way of speaking.
BENCHES: Final[dict[str, type[Bench]]] = {
    "opcua": OpcUaBench,
    "modbus": ModbusBench,
    "modbus, RTU over TCP": ModbusRtuBench,
    "s7": S7Bench,
    "ethernetip": EthernetIpBench,
    "http": HttpBench,
    "mtconnect": MTConnectBench,
    "mqtt": MqttBench,
    "sparkplug": SparkplugBench,
    "serialtext": SerialTextBench,
    "filedrop": FileDropBench,
    "webhook": WebhookBench,
}

# Those that need a server of somebody else's beside them: played with the real counterparts, and not by ten thousands.
WITH_SERVER: Final[dict[str, type[SqlBench]]] = {"sql, PostgreSQL": SqlBench}
