"""A device for each protocol of the house, as one maker or another would build it, for the trials of its driver."""

from __future__ import annotations

from typing import Final

from dovetail.testing.benches.broker import MqttBench, SparkplugBench
from dovetail.testing.benches.ethernetip import EthernetIpBench
from dovetail.testing.benches.opcua import OpcUaBench
from dovetail.testing.benches.plc import ModbusBench, S7Bench
from dovetail.testing.benches.web import HttpBench, MTConnectBench

type AnyBench = (
    OpcUaBench | ModbusBench | S7Bench | EthernetIpBench | HttpBench | MTConnectBench | MqttBench | SparkplugBench
)

BENCHES: Final[dict[str, type[AnyBench]]] = {
    bench.driver: bench
    for bench in (
        OpcUaBench,
        ModbusBench,
        S7Bench,
        EthernetIpBench,
        HttpBench,
        MTConnectBench,
        MqttBench,
        SparkplugBench,
    )
}
