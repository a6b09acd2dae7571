"""The plant that `dovetail init` begins with: one machine that can be made one's own line by line."""

from __future__ import annotations

import json
from typing import Final

_EQUIPMENT: Final = """\
# The tree after ISA-95: enterprise / site / area / line / work unit. A path is an identity's name: to rename
# one and keep its data, change the path and add `moved: <old path>`.
equipment:
  acme: {level: Enterprise, timezone: %(timezone)s}
  acme/site: {level: Site, calendar: day}
  acme/site/hall: {level: Area}
  acme/site/hall/line1:
    level: ProductionLine
    flow: [machine1]
    constraint: machine1
  acme/site/hall/line1/machine1:
    level: WorkUnit
    class: packml-machine
    parameters: {connection: plc1, node: "ns=2;s=Machine1"}
    standard_rate_upm: 60 # pieces per minute when all goes well
"""
_CLASSES: Final = """\
# What machines of one make have in common; {…} is filled in per equipment.
equipment_classes:
  packml-machine:
    parameters:
      connection: {type: str}
      node: {type: str}
    tags:
      state: {connection: "{connection}", address: "{node}.Status.StateCurrent", kind: i64}
      mode: {connection: "{connection}", address: "{node}.Status.UnitModeCurrent", kind: i64}
      total: {connection: "{connection}", address: "{node}.Admin.ProdProcessedCount", kind: u64, unit: "{#}"}
      scrap: {connection: "{connection}", address: "{node}.Admin.ProdDefectiveCount", kind: u64, unit: "{#}"}
    states: {packml: {state: state, mode: mode}}
    counters:
      total: {tag: total, modulus: 4294967296, max_rate_upm: 240}
      scrap: {tag: scrap, modulus: 4294967296, max_rate_upm: 240}
"""
_CONNECTIONS: Final = """\
# How each controller is reached. Policy None sends everything in clear and has to be said; a password is only
# ever named: `password: secret://plc1`.
connections:
  plc1:
    driver: opcua
    options:
      endpoint: "opc.tcp://127.0.0.1:4840/"
      security: {policy: "None", insecure: true}
"""
_WORK: Final = """\
# When is worked, what is made, and why machines stand still.
calendars:
  day:
    shifts:
      - name: Day
        start: "06:00"
        end: "14:00"
        days: [mon, tue, wed, thu, fri]
        breaks: [{name: Break, start: "10:00", end: "10:30"}]

products:
  example: {name: Example product}

reasons:
  technical: {name: Technical, category: failure, children: {jam: {name: Jam}, electrical: {name: Electrical}}}
  setup: {name: Setup, category: setup, children: {changeover: {name: Changeover}}}
  planned: {name: Planned, category: planned, children: {cleaning: {name: Cleaning}}}
"""


def starter(*, name: str, timezone: str) -> dict[str, str]:
    """The files of the first plant, by name. They are valid as they are."""
    head = f"plant:\n  format: 1\n  name: {json.dumps(name, ensure_ascii=False)}\n"
    return {
        "plant.yaml": head,
        "equipment.yaml": _EQUIPMENT % {"timezone": json.dumps(timezone)},
        "classes.yaml": _CLASSES,
        "connections.yaml": _CONNECTIONS,
        "work.yaml": _WORK,
    }
