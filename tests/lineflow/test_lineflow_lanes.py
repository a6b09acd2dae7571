"""Two lanes of two machines between a filler and a packer: who really held whom, and who the engine says it was.

The line is played forward second by second from buffers, stops and restarts alone. It reads no record, and the engine
no level: what is compared is told by two that know nothing of each other.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from dovetail.core.clock import SECOND_US
from dovetail.lineflow.blame import Blame
from dovetail.lineflow.model import Line
from dovetail.lineflow.standing import spells
from dovetail.timeline.model import StateRecord

A, B, C, D, E, F = range(1, 7)
STEPS, LANES = ((A,), (B, C, D, E), (F,)), ((B, C), (D, E))
BEFORE = {A: (), B: (A,), C: (B,), D: (A,), E: (D,), F: (C, E)}
BEHIND = {A: (B, D), B: (C,), C: (F,), D: (E,), E: (F,), F: ()}
CAPACITY, RESTART = 20, 5  # pieces of each buffer; of pieces, or of room, before a machine that waited runs on
UP_S, DOWN_S = 240, 70
RIGHT_AT_LEAST = 0.99


@dataclass
class Floor:
    """The line as it runs: each lane could carry all of it, so it stands only when both do."""

    chance: random.Random
    level: dict[int, int] = field(default_factory=lambda: dict.fromkeys(BEFORE, CAPACITY // 2))
    does: dict[int, str] = field(default_factory=lambda: dict.fromkeys(BEFORE, "run"))
    since: dict[int, int] = field(default_factory=lambda: dict.fromkeys(BEFORE, 0))
    mended: dict[int, int] = field(default_factory=lambda: dict.fromkeys(BEFORE, 0))
    blamed: dict[int, int | None] = field(default_factory=lambda: dict.fromkeys(BEFORE))

    def second(self, at_s: int) -> None:
        for unit in reversed(BEFORE):
            before, now = self.does[unit], self._does(unit, at_s)
            if now == "run":
                self._pass_on(unit)
            if (before == "run") != (now == "run"):
                self.since[unit] = at_s
            if before != now:
                self.blamed[unit] = None  # another wait, or none
            self.does[unit] = now
        self.blamed = {unit: self._blamed(unit) for unit in BEFORE}

    def _does(self, unit: int, at_s: int) -> str:
        if self.does[unit] == "run" and self.chance.random() < 1 / UP_S:
            self.mended[unit] = at_s + 5 + round(self.chance.expovariate(1 / DOWN_S))
        if at_s < self.mended[unit]:
            return "own"
        least = 1 if self.does[unit] in ("run", "own") else RESTART
        room = max((CAPACITY - self.level[near] for near in BEHIND[unit]), default=CAPACITY)
        if BEFORE[unit] and self.level[unit] < least:
            return "starved"
        return "blocked" if room < least else "run"

    def _pass_on(self, unit: int) -> None:
        self.level[unit] -= bool(BEFORE[unit])
        if BEHIND[unit]:
            self.level[min(BEHIND[unit], key=lambda near: self.level[near])] += 1

    def _blamed(self, unit: int, asked_by: int = 0) -> int | None:
        """Who holds a machine up in this second; one that is just getting going again passes its own on."""
        if self.does[unit] == "own":
            return unit
        if self.does[unit] == "run":
            return None
        near = BEFORE[unit] if self.does[unit] == "starved" else BEHIND[unit]
        standing = [one for one in near if self.does[one] != "run" and one != asked_by]
        if len(standing) < len(near):
            return self.blamed[unit] or near[0]
        return self._blamed(max(standing, key=lambda one: self.since[one]), unit) or self.blamed[unit]


REASONS = {"own": "mechanical/jam", "starved": "external/starved", "blocked": "external/blocked"}


def played(seed: int, hours: int) -> tuple[dict[int, list[StateRecord]], dict[int, list[int | None]]]:
    """What the records of each machine say, and who was to blame in each second; None: it ran."""
    floor = Floor(random.Random(seed))
    did: dict[int, list[tuple[int, str]]] = {unit: [] for unit in BEFORE}
    truth: dict[int, list[int | None]] = {unit: [] for unit in BEFORE}
    for at_s in range(hours * 3_600):
        floor.second(at_s)
        for unit in BEFORE:
            truth[unit].append(floor.blamed[unit])
            if not did[unit] or did[unit][-1][1] != floor.does[unit]:
                did[unit].append((at_s, floor.does[unit]))
    end_s = hours * 3_600
    return {unit: _records(unit, told, end_s) for unit, told in did.items()}, truth


def _records(unit: int, told: list[tuple[int, str]], end_s: int) -> list[StateRecord]:
    edges = [at_s for at_s, _ in told[1:]] + [end_s]
    states = {"run": "Execute", "own": "Held"}
    return [
        StateRecord(
            unit, at_s * SECOND_US, until_s * SECOND_US, states.get(does, "Suspended"), "Production",
            REASONS.get(does), does in ("starved", "blocked"),
        )
        for (at_s, does), until_s in zip(told, edges, strict=True)
    ]  # fmt: skip


def right(line: Line, seed: int, hours: int) -> float:
    """The share of the seconds that machines stood in which the engine names the one that held them up."""
    records, truth = played(seed, hours)
    end_us = hours * 3_600 * SECOND_US
    found = {unit: spells(told, 0, end_us) for unit, told in records.items()}
    blame, lost, hits = Blame(line, found), 0, 0
    for unit in BEFORE:
        for piece in blame.of(unit, 0, end_us):
            true = truth[unit][piece.t0_us // SECOND_US : piece.t1_us // SECOND_US]
            lost += sum(one is not None for one in true)
            hits += sum(one == piece.cause.unit for one in true if one is not None)
    return hits / lost


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_causes_along_lanes_are_those_of_the_line_as_it_ran(seed: int) -> None:
    assert right(Line(STEPS, lanes=LANES), seed, hours=2) >= RIGHT_AT_LEAST


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10, 30))
def test_causes_along_lanes_over_days(seed: int) -> None:
    assert right(Line(STEPS, lanes=LANES), seed, hours=72) >= RIGHT_AT_LEAST


def test_a_flow_without_its_lanes_is_not_enough() -> None:
    """The measure can fail: machines that only stand side by side in one step are blamed for the other lane's stops."""
    assert right(Line(((A,), (B, D), (C, E), (F,))), 1, hours=2) < RIGHT_AT_LEAST
