"""How the speed loss divides: into stretches of slow running, each down to its slices, and the rest of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dovetail.core.clock import to_rfc3339
from dovetail.explain.service import Explainer
from dovetail.proof.tree import Node, Place
from dovetail.slowrunning.model import SlowStretch
from dovetail.slowrunning.service import SlowRunning, SlowRunningRoom
from dovetail.workings.slices import PAGE, down, lost

PARTS: Final = {"speed": "APT with a rate − PRI·PQ", "slow": "Σ over machines", "rest": "speed loss − slow running"}
OF_LOSS: Final = ("apt_rated_us", "pri_pq_ns")  # the two sums of the ledger that a speed loss is the difference of
OF_STRETCH: Final = ("elapsed_us", "pri_pq_ns")


class SpeedWorkings:
    """Answers a node of `speed-loss/speed`, `slow/equipment:5/slow:<begin>/…` or `rest`."""

    def __init__(self, explainer: Explainer, room: SlowRunningRoom) -> None:
        self._explainer, self._room = explainer, room

    def explain(self, place: Place, steps: Sequence[str], cursor: str | None) -> Node:
        """`place.path` is that of the root; `steps` are those below it. Raises NotFoundError for what is not there."""
        name, *rest = steps or ["root"]
        if rest and name == "speed":
            return self._beneath(down(place, name), rest, OF_LOSS, cursor)
        told = self._room.told(place.equipment_id, place.from_us, place.to_us, scope=place.scope, as_of=place.as_of)
        if name == "root":
            root = Node(key=place.path, label="speed-loss", kind="figure", more=True)
            root.children = [_part(place, one, told) for one in PARTS]
            return root
        if name not in PARTS or (rest and name == "rest"):
            raise lost("/".join(steps))
        here, node = down(place, name), _part(place, name, told)
        if rest:
            return self._slow(here, rest, told, cursor)
        if name == "rest":
            node.children = [_part(place, one, told) for one in ("speed", "slow")]
        elif name == "speed":
            node.children = [self._beneath(here, [one], OF_LOSS, None) for one in OF_LOSS]
        else:
            node.children = [self._machine(here, unit, told.paced[unit]) for unit in told.paced]
        return node

    def _slow(self, place: Place, rest: Sequence[str], told: SlowRunning, cursor: str | None) -> Node:
        """A machine with its stretches, one of these with its two sums, or what lies beneath these."""
        unit = next((one for one in told.paced if rest[0] == f"equipment:{one}"), None)
        if unit is None:
            raise lost(f"{place.path}/{rest[0]}")
        here, found = down(place, rest[0]), told.paced[unit]
        if len(rest) == 1:
            node, begin = self._machine(place, unit, found), int(cursor or 0)
            node.children = [_stretch(here, one) for one in found[begin : begin + PAGE]]
            node.next = str(begin + PAGE) if len(found) > begin + PAGE else None
            return node
        one = next((one for one in found if rest[1] == f"slow:{one.t0_us}"), None)
        if one is None:
            raise lost(f"{here.path}/{rest[1]}")
        here = replace(down(here, rest[1]), equipment_id=unit, from_us=one.t0_us, to_us=one.t1_us)
        if len(rest) > 2:
            return self._beneath(here, rest[2:], OF_STRETCH, cursor)
        node = _stretch(down(place, rest[0]), one)
        node.children = [self._beneath(here, [name], OF_STRETCH, None) for name in OF_STRETCH]
        return node

    def _beneath(self, place: Place, rest: Sequence[str], names: Sequence[str], cursor: str | None) -> Node:
        """A sum of the ledger, or what lies beneath it."""
        if rest[0] not in names:
            raise lost(f"{place.path}/{rest[0]}")
        here = replace(place, kpi="effectiveness")
        for step in rest:
            here = here.down(step)
        return self._explainer.answer(here, cursor)

    def _machine(self, place: Place, unit: int, found: Sequence[SlowStretch]) -> Node:
        _, equipment = self._explainer.room.gathering.node(unit, place.to_us - 1, as_of=place.as_of)
        return Node(
            key=f"{place.path}/equipment:{unit}", label=equipment.name, value=sum(one.lost_us for one in found),
            unit="us", kind="equipment", formula="Σ over stretches", more=True,
            detail={"equipment_id": unit, "path": equipment.path},
        )  # fmt: skip


def _part(place: Place, name: str, told: SlowRunning) -> Node:
    rest_us = None if told.speed_us is None else told.speed_us - told.slow_us
    value = {"speed": told.speed_us, "slow": told.slow_us, "rest": rest_us}[name]
    return Node(
        key=f"{place.path}/{name}", label=name, value=value, unit="us", kind="figure", formula=PARTS[name], more=True
    )


def _stretch(place: Place, one: SlowStretch) -> Node:
    detail = {"start": to_rfc3339(one.t0_us), "end": to_rfc3339(one.t1_us), "produced": one.produced}
    return Node(
        key=f"{place.path}/slow:{one.t0_us}", label=", ".join(one.products), value=one.lost_us, unit="us",
        kind="stretch", formula="end − start − PRI·PQ", detail=detail | {"planned": one.theoretical_mu / 1000},
        more=True,
    )  # fmt: skip
