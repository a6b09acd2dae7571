"""The flow of a line as people write it, with lanes side by side, and the mistakes they make, each at its place."""

from __future__ import annotations

import pytest

from dovetail.equipment.plant import equipment_sections
from dovetail.plantcode.validate import validate

PLANT = """\
plant: {format: 1, name: Small}
equipment:
  acme: {level: Enterprise, name: Acme, timezone: UTC}
  acme/line: {level: ProductionLine, FLOW}
  acme/line/a: {level: WorkUnit}
  acme/line/b: {level: WorkUnit}
  acme/line/c: {level: WorkUnit}
  acme/line/d: {level: WorkUnit}
  acme/line/z: {level: WorkUnit}
"""
LINE = next(n for n, line in enumerate(PLANT.splitlines(), start=1) if "FLOW" in line)


@pytest.mark.parametrize("flow, expected", [
    ("flow: [a, [[b, c], d], z]", []),
    ("flow: [a, [[b, c], d]], outfeed: a", []),
    ("flow: [a, [[b, c], d], z], constraint: a, outfeed: z", []),
    ("flow: [a, [[b, q], d], z]", ["DT-P110"]),                        # there is no q
    ("flow: [a, [[b, c], b], z]", ["DT-P110"]),                        # in a lane and beside it
    ("flow: [a, [[b, c], [c, d]], z]", ["DT-P110"]),                   # in two lanes
    ("flow: [a, [[b], d], z]", ["DT-P023"]),                           # one machine is no lane
    ("flow: [a, [[b, [c]], d], z]", ["DT-P023"]),                      # lanes have no lanes
    ("flow: [a, [[b, c], d], z], constraint: c", ["DT-P111"]),         # a part of the pieces passes it
    ("flow: [a, [[b, c], d], z], outfeed: d", ["DT-P111"]),
    ("flow: [a, [[b, c], d]], constraint: a", ["DT-P111"]),            # it ends with several, none named
    ("flow: [a, [[b, c], d], z], buffers: {c: {capacity: 9}}", []),    # within a lane too
    ("flow: [[[a, b], c], z], buffers: {a: {capacity: 9}}", ["DT-P119"]),
    ("flow: [[[a, b], c], z], buffers: {b: {capacity: 9}}", []),
])  # fmt: skip
def test_what_a_flow_with_lanes_may_say(flow: str, expected: list[str]) -> None:
    _, report = validate({"plant.yaml": PLANT.replace("FLOW", flow).encode()}, equipment_sections())
    assert [problem.code for problem in report.problems] == expected
    assert {problem.place.line for problem in report.problems} <= {LINE}
