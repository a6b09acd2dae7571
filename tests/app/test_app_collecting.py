"""What the edge is told to collect: a protocol that cannot report by itself is polled, without the plant saying so."""

from __future__ import annotations

from dovetail.app import collecting
from dovetail.core.bus import Bus
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.service import EquipmentRoom
from dovetail.house.rooms import plant_sections
from dovetail.testing.clock import ManualClock

PLANT = """
plant: {format: 1, name: Two worlds}
equipment:
  acme:
    level: Enterprise
    timezone: Europe/Prague
    tags:
      fast: {connection: meter, address: "40001"}
      slow: {connection: meter, address: "40002", scan: slow}
      brisk: {connection: meter, address: "40003", scan: brisk}
      reported: {connection: plc, address: "i=2258"}
      asked: {connection: plc, address: "i=2259", scan: slow}
connections:
  meter: {driver: modbus, options: {host: 127.0.0.1}}
  plc: {driver: opcua, options: {endpoint: "opc.tcp://127.0.0.1/", security: {policy: "None", insecure: true}}}
scan_classes:
  slow: {mode: poll, interval_ms: 5000}
  brisk: {mode: subscribe, interval_ms: 100}
"""


def test_scan_classes_by_protocol(sqlite_database: Database, clock: ManualClock, bus: Bus, everyone: Scope) -> None:
    room = EquipmentRoom(sqlite_database, clock, bus, plant_sections())
    room.apply({"plant.yaml": PLANT.encode()}, scope=everyone)
    room.refresh()
    links = {link.name: link for link in collecting.links(room.plant())}
    scans = {name: sorted((one.mode, one.interval_ms) for one in link.points) for name, link in links.items()}
    assert scans == {
        "meter": [("poll", 100), ("poll", 250), ("poll", 5000)],
        "plc": [("poll", 5000), ("subscribe", 250)],
    }
