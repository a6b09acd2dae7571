"""Plants that the tests of this room apply: the demo, and small ones that a test changes by a word."""

from __future__ import annotations

from pathlib import Path

from dovetail.equipment.plant import equipment_sections
from dovetail.plantcode.folder import read_folder
from dovetail.plantcode.section import Section

ROOT = Path(__file__).resolve().parents[2]
BOTTLING = ROOT / "plants" / "bottling"

SMALL = """\
plant: {format: 1, name: Small}
equipment_classes:
  machine:
    parameters: {connection: {type: str}, node: {type: str}, dead: {type: float, default: 0.5}}
    tags:
      speed: {connection: "{connection}", address: "ns=2;s={node}.Speed", unit: "{#}/min", deadband: "{dead}"}
      good: {connection: "{connection}", address: "ns=2;s={node}.Good", kind: u64, unit: "{bottle}"}
    states: {packml: {state: good}}
    counters: {good: {tag: good, modulus: 65536}}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/line1: {level: ProductionLine, flow: [filler, capper], constraint: filler}
  acme/line1/filler:
    level: WorkUnit
    class: machine
    parameters: {connection: plc1, node: Filler}
    standard_rate_upm: 100
  acme/line1/capper:
    level: WorkUnit
    class: machine
    parameters: {connection: plc2, node: Capper, dead: 2}
    tags: {speed: {deadband: 3}, torque: {connection: plc2, address: "ns=2;s=T", scale: 0.1}, good: null}
connections:
  plc1: {driver: opcua, options: {endpoint: "opc.tcp://127.0.0.1:4840/", security: {policy: "None", insecure: true}}}
  plc2: {driver: opcua, options: {endpoint: "opc.tcp://127.0.0.1:4841/", security: {policy: "None", insecure: true}}}
"""


def documents(text: str = SMALL) -> dict[str, bytes]:
    """A plant of one file."""
    return {"plant.yaml": text.encode()}


def bottling() -> dict[str, bytes]:
    """The demo plant."""
    return read_folder(BOTTLING)


def sections() -> tuple[Section, ...]:
    """The sections of the equipment room, with the drivers that are installed."""
    return equipment_sections()
