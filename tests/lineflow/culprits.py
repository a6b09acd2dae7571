"""Who really holds whom on the virtual line: told forward in time from what machines and buffers do, not from tags.

Asked at each event of the simulation: which machine lacks pieces, which lacks room, and what the one beside it does in
that instant. It knows levels, people and scripts; it reads no state record, no interlock and no reason that is not
the machine's own.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

from dovetail.sim.line import Line
from dovetail.sim.machine import Machine
from dovetail.sim.packml import Reason, State

ABOUT_A_WAIT = frozenset({State.SUSPENDING, State.SUSPENDED, State.UNSUSPENDING})

type Culprit = tuple[str, Reason | str]  # the unit, and its reason; or "pace": it ran, too slowly


@dataclass
class Culprits:
    """Watches a line from its start on. `over` answers who was to blame for a unit's standing."""

    line: Line
    _machines: list[Machine] = field(init=False)
    _side: dict[str, int] = field(init=False, default_factory=dict[str, int])
    _origin: dict[str, Reason] = field(init=False, default_factory=dict[str, Reason])
    _now: dict[str, Culprit | None] = field(init=False, default_factory=dict[str, "Culprit | None"])
    _moments: dict[str, list[int]] = field(init=False)
    _told: dict[str, list[Culprit | None]] = field(init=False)

    def __post_init__(self) -> None:
        self._machines = [self.line.machine(unit) for unit in self.line.units]
        self._moments = {unit: [] for unit in self.line.units}
        self._told = {unit: [] for unit in self.line.units}
        for machine in self._machines:
            machine.on_news = self._look
            self._origin[machine.name] = self._why(machine)
        self._look(self.line.now_us, self._machines[0])

    def _look(self, at_us: int, changed: Machine) -> None:
        self._origin[changed.name] = self._why(changed)
        sides = {machine.name: self._side_of(machine) for machine in self._machines}
        for machine in self._machines:
            if sides[machine.name] != self._side.get(machine.name, 0):
                self._now[machine.name] = None  # another wait, or none
        self._side = sides
        self._now = {machine.name: self._blamed(place) for place, machine in enumerate(self._machines)}
        for unit, culprit in self._now.items():
            if not self._told[unit] or self._told[unit][-1] != culprit:
                self._moments[unit].append(at_us)
                self._told[unit].append(culprit)

    def _why(self, machine: Machine) -> Reason:
        """What a machine's own stop goes back to, also in its steps that say no reason."""
        status, before = machine.status, self._origin.get(machine.name, Reason.NONE)
        if status.reason != Reason.NONE:
            return status.reason
        if status.state in (State.COMPLETING, State.COMPLETE) or (
            machine.setup_left_us and status.state in (State.RESETTING, State.IDLE)
        ):
            return Reason.CHANGEOVER
        nobody = status.state in (State.STOPPING, State.STOPPED) and not machine.manned
        return Reason.NONE if nobody or status.state == State.EXECUTE else before

    def _side_of(self, machine: Machine) -> int:
        """-1: it lacks pieces; +1: it lacks room; 0: neither is what holds it."""
        if machine.status.state == State.EXECUTE:
            return {"infeed": -1, "room": 1}.get(machine.waiting, 0)
        if machine.status.state not in ABOUT_A_WAIT:
            return 0
        if machine.status.state != State.SUSPENDED:
            return self._side[machine.name]
        last = machine.processed + machine.infeed >= machine.boundary  # no more will come of this order
        lacks = {-1: machine.infeed < machine.restart_infeed and not last, 1: machine.room < machine.restart_room}
        before = self._side[machine.name]  # what held it first holds it until that is over
        return before if before == 0 or lacks[before] or not lacks[-before] else -before

    def _blamed(self, place: int, *, asked_by: int | None = None) -> Culprit | None:
        """A machine that gets going again while the next one already waits for it goes on with its own culprit."""
        machine = self._machines[place]
        side = self._side[machine.name]
        if side == 0:
            runs = machine.status.state == State.EXECUTE
            return None if runs else (machine.name, self._origin[machine.name])
        beside = self._machines[place + side]
        passes = beside.status.state == State.EXECUTE and not beside.waiting
        kept = self._now.get(machine.name)
        if passes:
            return kept or (beside.name, "pace")
        if asked_by == place + side:
            return kept
        return self._blamed(place + side, asked_by=place) or kept

    def over(self, unit: str, from_us: int, to_us: int) -> list[tuple[int, int, Culprit | None]]:
        """[from, to) of a unit cut by who was to blame; None: it ran."""
        moments, told = self._moments[unit], self._told[unit]
        first = max(0, bisect_right(moments, from_us) - 1)
        edges = [max(from_us, at_us) for at_us in moments[first:] if at_us < to_us]
        return [
            (t0_us, t1_us, told[first + place])
            for place, (t0_us, t1_us) in enumerate(pairwise([*edges, to_us]))
            if t0_us < t1_us
        ]
