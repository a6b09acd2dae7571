"""How the number of stops in a list, and the time that they took, come about: by machine, stop by stop, and slices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, Protocol
from urllib.parse import unquote

from dovetail.causes.summing import steps_of
from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.explain.service import Explainer
from dovetail.insight.stops import Stop
from dovetail.proof.tree import Node, Place
from dovetail.workings.slices import PAGE, down, lost, number

MACHINES: Final = "Σ over machines"
STOPS: Final = "Σ over stops"
UNITS: Final[Mapping[str, str]] = {"us": "us", "stops": "{#}"}


class Listing(Protocol):
    """What is asked of the room of stops."""

    def stretches(
        self, equipment_id: int, from_us: int, to_us: int, scope: Scope, as_of: int | None = None
    ) -> Sequence[Stop]: ...
    def is_short(self, stop: Stop, as_of: int | None) -> bool: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """Which stops a list shows, and the moment up to which a stop lasts that still goes on."""

    at_us: int
    machine: int | None = None
    reason: str | None = None
    unassigned: bool = False
    own: bool = False
    longer_us: int = 0
    planned: bool = False
    short: bool = False
    since: tuple[int, int] | None = None  # (begin, machine) of the last one in the list

    def lasts_us(self, stop: Stop) -> int:
        """How long a stop is, whole."""
        return stop.lasts_us(self.at_us)

    def fits(self, stop: Stop) -> bool:
        """Whether the list shows a stop; short ones aside."""
        under = self.reason is None or stop.reason == self.reason or (stop.reason or "").startswith(f"{self.reason}/")
        return (
            under
            and self.machine in (None, stop.equipment_id)
            and not (self.unassigned and stop.reason is not None)
            and not (self.own and stop.external)
            and self.lasts_us(stop) >= self.longer_us
            and (self.planned or not stop.planned)
            and (self.since is None or (stop.t0_us, stop.equipment_id) >= self.since)
        )


KEPT: Final[Mapping[str, Callable[[Shown, str], Shown]]] = {
    "at": lambda shown, said: replace(shown, at_us=number(said)),
    "machine": lambda shown, said: replace(shown, machine=number(said)),
    "reason": lambda shown, said: replace(shown, reason=unquote(said)),
    "unassigned": lambda shown, _: replace(shown, unassigned=True),
    "own": lambda shown, _: replace(shown, own=True),
    "longer": lambda shown, said: replace(shown, longer_us=number(said)),
    "planned": lambda shown, _: replace(shown, planned=True),
    "short": lambda shown, _: replace(shown, short=True),
    "since": lambda shown, said: replace(shown, since=_place(said)),
}


class StopWorkings:
    """Answers a node of `stops/…/us` (time) or `stops/…/stops` (how many); the steps before it say which stops a list
    shows, as its filters do (`machine:`, `reason:`, `unassigned`, `own`, `longer:` µs, `planned`, `short`), back to
    which one (`since:` begin.machine) and up to when those last that go on (`at:` µs)."""

    def __init__(self, explainer: Explainer, stops: Listing) -> None:
        self._explainer, self._stops = explainer, stops

    def explain(self, place: Place, steps: Sequence[str], cursor: str | None) -> Node:
        """`place.path` is that of the root; `steps` are those below it. Raises NotFoundError for what is not there."""
        shown, rest = Shown(place.to_us), list(steps)
        while rest and rest[0].partition(":")[0] in KEPT:
            word, _, said = rest[0].partition(":")
            shown, place = KEPT[word](shown, said), down(place, rest.pop(0))
        if not rest:
            return self._root(place, shown)
        name, *under = rest
        if name not in UNITS:
            raise lost(f"{place.path}/{name}")
        here = down(place, name)
        if not under:
            return self._sum(here, name, shown)
        machine = self._machine_of(here, under[0])
        if len(under) == 1:
            return self._machine(machine, name, shown, cursor)
        return self._stop(machine, under[1:], name, shown, cursor)

    def _root(self, place: Place, shown: Shown) -> Node:
        node = Node(key=place.path, label="stops", kind="figure", more=True)
        for name in UNITS:
            told = self._sum(down(place, name), name, shown)
            node.children.append(told.model_copy(update={"children": []}))
        return node

    def _sum(self, place: Place, name: str, shown: Shown) -> Node:
        found = sorted(self._found(place, shown), key=lambda stop: stop.equipment_id)
        node = _node(place, name, self._value(found, name, shown), MACHINES)
        for unit, stops in groupby(found, key=lambda stop: stop.equipment_id):
            here = self._machine_of(place, f"equipment:{unit}")
            node.children.append(self._called(here, name, self._value([*stops], name, shown)))
        return node

    def _machine_of(self, place: Place, step: str) -> Place:
        word, _, said = step.partition(":")
        if word != "equipment":
            raise lost(f"{place.path}/{step}")
        return replace(down(place, step), unit=number(said))

    def _machine(self, place: Place, name: str, shown: Shown, cursor: str | None) -> Node:
        found = self._found(place, replace(shown, machine=place.unit))
        node = self._called(place, name, self._value(found, name, shown))
        begin = 0 if cursor is None else number(cursor)
        later = [stop for stop in found if stop.t0_us >= begin]
        node.children = [_stop_node(down(place, f"stop:{one.t0_us}"), one, name, shown) for one in later[:PAGE]]
        node.next = str(later[PAGE].t0_us) if len(later) > PAGE else None
        return node

    def _stop(self, place: Place, rest: Sequence[str], name: str, shown: Shown, cursor: str | None) -> Node:
        """One stop with the slices of its time, or what lies beneath one of these."""
        found = self._found(place, replace(shown, machine=place.unit))
        stop = next((one for one in found if rest[0] == f"stop:{one.t0_us}"), None)
        if stop is None:
            raise lost(f"{place.path}/{rest[0]}")
        here = replace(
            down(place, rest[0]), equipment_id=stop.equipment_id, from_us=stop.t0_us,
            to_us=stop.t0_us + max(1, shown.lasts_us(stop)), kpi="availability", column="elapsed_us", kind="column",
        )  # fmt: skip
        for step in rest[1:]:
            here = here.down(step)
        answer = self._explainer.answer(here, cursor)
        if len(rest) > 1:
            return answer
        told = _stop_node(replace(here, kind="figure"), stop, name, shown)
        return told.model_copy(update={"children": answer.children, "next": answer.next})

    def _found(self, place: Place, shown: Shown) -> list[Stop]:
        """The stops of the list; of a machine by time. It is read no further back than it was loaded, and a long one
        week by week: held are those that fit."""
        asked = place.equipment_id if shown.machine is None else shown.machine
        place.scope.require("plant.view", asked)
        begin_us = place.from_us if shown.since is None else max(place.from_us, shown.since[0])
        fitting = [
            stop
            for t0_us, t1_us in steps_of(begin_us, place.to_us)
            for stop in self._stops.stretches(asked, t0_us, t1_us, place.scope, place.as_of)
            if (stop.t0_us >= t0_us or t0_us == begin_us) and shown.fits(stop)
        ]
        return [stop for stop in fitting if shown.short or not self._stops.is_short(stop, place.as_of)]

    @staticmethod
    def _value(stops: Sequence[Stop], name: str, shown: Shown) -> int:
        return len(stops) if name == "stops" else sum(shown.lasts_us(stop) for stop in stops)

    def _called(self, place: Place, name: str, value: int) -> Node:
        _, equipment = self._explainer.room.gathering.node(place.unit, place.to_us - 1, as_of=place.as_of)
        detail = {"equipment_id": place.unit, "path": equipment.path}
        node = _node(place, name, value, STOPS)
        return node.model_copy(update={"kind": "equipment", "label": equipment.name, "detail": detail})


def _node(place: Place, name: str, value: int, formula: str) -> Node:
    return Node(key=place.path, label=name, value=value, unit=UNITS[name], kind="figure", formula=formula, more=True)


def _stop_node(place: Place, stop: Stop, name: str, shown: Shown) -> Node:
    lasts_us = shown.lasts_us(stop)
    detail = {"state": stop.state, "mode": stop.mode, "reason": stop.reason, "external": stop.external}
    detail |= {"start": to_rfc3339(stop.t0_us), "end": to_rfc3339(stop.t0_us + lasts_us)}
    value, formula = (lasts_us, "Σ time of its slices") if name == "us" else (1, "1 for each stop")
    return Node(
        key=place.path, label=" · ".join(word for word in (stop.state, stop.reason) if word), value=value,
        unit=UNITS[name], kind="stop", formula=formula, detail=detail, more=True,
    )  # fmt: skip


def _place(said: str) -> tuple[int, int]:
    begin, _, machine = said.partition(".")
    return number(begin), number(machine)
