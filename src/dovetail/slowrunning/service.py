"""The slow running room: it asks the ledger when machines ran and what they made, and finds where that was too slow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from dovetail.core.clock import DAY_US, SECOND_US
from dovetail.core.scope import Scope
from dovetail.core.watching import Watching, unwatched
from dovetail.counting.pieces import CountTrack, not_yet_held
from dovetail.equipment.model import WORK_UNIT, Equipment
from dovetail.ledger.model import Slice
from dovetail.performance.facts import OWN
from dovetail.performance.service import PerformanceRoom
from dovetail.reasoning.written import SlowRunningEntry
from dovetail.slowrunning.model import PPM, Rules, SlowRule, SlowStretch, is_judged, slow_stretches

VIEW: Final = "plant.view"
REACH_MAX: Final = 50  # states in a row in which it ran, on either side of a period: more is nobody's one slow stretch
OPEN_US: Final = 31 * DAY_US  # what still runs and has for longer is looked at no further
AT_ONCE_US: Final = 7 * DAY_US  # of a longer period, read and judged at once: some 1,500 slices and 10,000 counts


@dataclass(frozen=True, slots=True)
class OfUnit:
    """One machine: the rule that holds at the end of the period, and where it ran slowly."""

    unit: int
    rule: SlowRule | None
    stretches: list[SlowStretch]


@dataclass(frozen=True, slots=True)
class SlowRunning:
    """A period. `speed_us`: the speed loss of the figures, `slow_us`: while who sets their pace ran slowly.

    None where nothing tells of pieces: nobody knows how fast it was. `paced`: those who set the pace, with their
    stretches, also where the machine itself is out of sight."""

    until_us: int
    units: list[OfUnit]
    speed_us: int | None
    slow_us: int
    partial: bool
    hints: list[str]
    paced: dict[int, list[SlowStretch]] = field(default_factory=dict[int, list[SlowStretch]])


class SlowRunningRoom:
    """Answers; keeps nothing: slow running is an opinion on records, and found anew at each question."""

    def __init__(self, performance: PerformanceRoom, *, watching: Watching = unwatched) -> None:
        self.performance = performance
        self._watching = watching

    def shift(self, equipment_id: int, name: str, *, scope: Scope, as_of: int | None = None) -> tuple[int, int]:
        """When a shift (`current` or an id) begins and ends. Raises NotFoundError."""
        found = self.performance.shift(equipment_id, name, scope=scope, as_of=as_of)
        return found.t0_us, found.t1_us

    def told(
        self, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> SlowRunning:
        """Where the machines at and below a node ran slowly, and how much of its speed loss that is."""
        scope.require(VIEW, equipment_id)
        with self.performance.database.read() as reading:
            plant = self.performance.plant_at(reading, equipment_id, as_of)
        below = [plant.get(number) for number in sorted(plant.subtree(equipment_id))]
        units = [node for node in below if node.level == WORK_UNIT and node.states]
        seen = [node for node in units if scope.sees(VIEW, node.id)]
        period = self.performance.kpis(equipment_id, from_us, to_us, scope=scope, as_of=as_of)
        end_us = max(from_us, period.until_us - 1)
        paced = [self.performance.gathering.made_of(one, end_us, as_of=as_of).times_of for one in period.leaves.ids]
        asked = sorted({*paced, *(node.id for node in seen)})
        found: dict[int, list[SlowStretch]] = {}
        with self._watching(len(asked)) as step:
            for unit in asked:
                found[unit] = self.stretches(unit, from_us, to_us, as_of=as_of)
                step(len(found))
        told = [OfUnit(node.id, self._rules(node.id, end_us, end_us, as_of)[0][1], found[node.id]) for node in seen]
        silent = [plant.get(one.unit).path for one in told if one.rule is None]
        hint = f"say when it runs slowly, `slow_running` under its `states`: {', '.join(silent)}"
        return SlowRunning(
            until_us=period.until_us,
            units=told,
            speed_us=next((loss.us for loss in period.figures.losses if loss.key == "speed"), None),
            slow_us=sum(one.lost_us for unit in paced for one in found[unit]),
            partial=len(seen) < len(units),
            hints=[hint] if silent else [],
            paced={unit: found[unit] for unit in paced},
        )

    def stretches(self, unit: int, from_us: int, to_us: int, *, as_of: int | None = None) -> list[SlowStretch]:
        """Where one unit ran slowly: whole stretches are found, and cut to the period. The caller may see it."""
        if all(rule is None for _, rule in self._rules(unit, from_us, to_us, as_of)):
            return []
        found: list[SlowStretch] = []
        for slices, counts in self._whole_runs(unit, from_us, to_us, as_of):
            is_told = any(count.kind == "good" for count in counts)
            if slices and (is_told or self._is_told(unit, slices[-1].t1_us - 1, as_of)):
                rules = self._rules(unit, slices[0].t0_us, slices[-1].t1_us, as_of)
                found += slow_stretches(slices, counts, rules, inside=(from_us, to_us))
        return found

    def _is_told(self, unit: int, at_us: int, as_of: int | None) -> bool:
        """Whether a counter tells of good pieces: else nobody knows how fast it is."""
        return "good" not in self.performance.gathering.untold([unit], at_us, as_of=as_of)

    def _whole_runs(
        self, unit: int, from_us: int, to_us: int, as_of: int | None
    ) -> Iterator[tuple[list[Slice], list[CountTrack]]]:
        """Slices and counts of a period, widened until no run reaches out of it: so every question finds the same. Of
        a long period in parts between which it did not run either: what is held at once does not grow with it."""
        now_us = self.performance.clock.now_us()
        until_us = min(to_us, now_us)
        if from_us >= until_us:
            return
        lo_us = self._before_run(unit, from_us, as_of)
        while lo_us < until_us:
            hi_us = self._after_run(unit, min(max(lo_us, from_us) + AT_ONCE_US, until_us), as_of)
            slices = self.performance.slices(unit, lo_us, hi_us, scope=OWN, as_of=as_of)
            with self.performance.database.read() as reading:
                counts = self.performance.gathering.counts(reading, unit, lo_us, hi_us, as_of=as_of)
            if as_of is None and hi_us >= until_us:
                counts = [*counts, *self._fresh(unit, now_us, counts, slices)]
            yield slices, counts
            lo_us = hi_us

    def _before_run(self, unit: int, at_us: int, as_of: int | None) -> int:
        """Where the run began that goes on at a moment, and no record and no count reaches over."""
        begin_us = at_us
        for _ in range(REACH_MAX):
            begin_us, _, slices = self._closed(unit, at_us, as_of)
            if not slices or not is_judged(slices[0]):
                break
            at_us = begin_us - 1
        return begin_us

    def _after_run(self, unit: int, at_us: int, as_of: int | None) -> int:
        """Where the run ends that goes on before a moment, and no record and no count reaches over."""
        end_us = at_us
        for _ in range(REACH_MAX):
            _, end_us, slices = self._closed(unit, at_us - 1, as_of)
            if not slices or not is_judged(slices[-1]) or end_us >= self.performance.clock.now_us():
                break
            at_us = end_us + 1
        return end_us

    def _closed(self, unit: int, at_us: int, as_of: int | None) -> tuple[int, int, list[Slice]]:
        """(from, to, slices): a moment widened until no record and no count reaches out of it; a record that is open
        goes on until now."""
        with self.performance.database.read() as reading:
            gathering = self.performance.gathering
            lo_us, hi_us, records, _ = gathering.close_over(reading, unit, at_us, at_us + 1, as_of=as_of)
        if records and records[-1].t1_us is None:
            hi_us = max(hi_us, min(self.performance.clock.now_us(), at_us + OPEN_US))
        return lo_us, hi_us, self.performance.slices(unit, lo_us, hi_us, scope=OWN, as_of=as_of)

    def _fresh(self, unit: int, now_us: int, counts: Sequence[CountTrack], slices: Sequence[Slice]) -> list[CountTrack]:
        """Pieces that are counted but not recorded yet, where the slices reach so far."""
        gathering = self.performance.gathering
        made_of = gathering.made_of(unit, now_us)
        found: list[CountTrack] = []
        for one in sorted(made_of.units):
            tail = self.performance.sources.states.tail(one, scope=OWN)
            told = [count for count in tail.counts if made_of.counts_of(one, count.kind)]
            with self.performance.database.read() as reading:
                fresh = self.performance.sources.fresh(reading, one, told)
            found += not_yet_held(fresh, counts)
        return [one for one in found if slices and slices[0].t0_us <= one.t0_us < slices[-1].t1_us]

    def _rules(self, unit: int, from_us: int, to_us: int, as_of: int | None) -> Rules:
        """From when each rule holds in a period; the first from its beginning on."""
        gathering = self.performance.gathering
        inside = gathering.said(as_of).equipment.changes_between(from_us, to_us)
        found: list[tuple[int, SlowRule | None]] = []
        for at_us in (from_us, *sorted(inside)):
            _, node = gathering.node(unit, at_us, as_of=as_of)
            found.append((at_us, _rule(node)))
        return found


def _rule(node: Equipment) -> SlowRule | None:
    kept = (node.states or {}).get("slow_running")
    if kept is None:
        return None
    said = SlowRunningEntry.model_validate(kept)
    return SlowRule(round(said.below * PPM), round(said.for_s * SECOND_US))
