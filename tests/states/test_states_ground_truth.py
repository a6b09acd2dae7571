"""A simulated day whose truth is known: the engine must find every interval and every piece of it."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

import pytest

from dovetail.core.clock import DAY_US, from_rfc3339
from dovetail.machinewords.packml import PACKML_MODES, PACKML_STATES
from dovetail.reasoning.model import FaultRule
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import Line, Setting
from dovetail.sim.packml import Reason
from dovetail.sim.samples import Sampler, UnitTags
from dovetail.states.checkpoint import START
from dovetail.states.engine import advance
from dovetail.states.model import CounterRule, MachineRules, PackmlRule
from dovetail.tracks.series import series_of

MONDAY_US = from_rfc3339("2026-01-05T00:00:00Z")
CODES = {str(int(reason)): reason.name.lower() for reason in Reason if reason}
MODES = {**PACKML_MODES, 4: "Setup"}


def tags(number: int) -> UnitTags:
    return UnitTags(*(number * 10 + n for n in range(1, 10)))


def rules(number: int) -> MachineRules:
    own = tags(number)
    return MachineRules(
        number,
        PackmlRule(own.state, own.mode, {4: "Setup"}),
        starved=own.starved,
        blocked=own.blocked,
        reason=FaultRule.of(own.reason, CODES),
        counters=(
            CounterRule("total", own.processed, modulus=1 << 32, max_rate_upm=400),
            CounterRule("scrap", own.defective, modulus=1 << 32, max_rate_upm=400),
        ),
    )


def expected(interval) -> tuple[str, str, str | None]:
    """State, mode and reason as the simulator's truth says them."""
    status = interval.status
    own = CODES.get(str(int(status.reason)))
    outside = f"external/{interval.external}" if interval.external else None
    reason = {"Execute": None}.get(PACKML_STATES[status.state], outside or own)
    return PACKML_STATES[status.state], MODES[status.mode], reason


@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_of_the_virtual_line_is_found_to_the_microsecond_and_to_the_piece(seed: int) -> None:
    line = Line(Setting(seed=seed, hours=TWO_SHIFT, order_sizes=(2_000, 6_000)), start_us=MONDAY_US)
    numbers = {unit: n for n, unit in enumerate(line.units, start=1)}
    sampler = Sampler(line, {unit: tags(n) for unit, n in numbers.items()}, "sim", counter_start=(1 << 32) - 5_000)
    frames, _ = sampler.frames(MONDAY_US + DAY_US)
    batches = [batch for frame in frames for batch in frame.batches]
    for unit, number in numbers.items():
        done = advance(rules(number), START, series_of(batches, rules(number).tags), upto_us=MONDAY_US + DAY_US)
        truth = line.truth[unit].intervals(MONDAY_US, MONDAY_US + DAY_US)
        wanted = [(i.t0_us, expected(i)) for i in truth]
        wanted = [next(same) for _, same in groupby(wanted, key=lambda pair: pair[1])]
        opened = done.checkpoint.open_record(number)
        assert [(r.t0_us, (r.state, r.mode, r.reason)) for r in [*done.records, opened]] == wanted
        assert not done.held
        assert pieces(done.counts, [t0 for t0, _ in wanted]) == {
            t0: counted
            for (t0, _), t1 in zip(wanted, [*(t for t, _ in wanted[1:]), MONDAY_US + DAY_US], strict=True)
            if any(counted := tuple(line.truth[unit].counts(t0, t1)))
        }


def pieces(counts, starts: list[int]) -> dict[int, tuple[int, int]]:
    """(processed, defective) by the start of the state record in which they were counted."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    ends = [*starts[1:], 1 << 62]
    for count in counts:
        start = next(t0 for t0, t1 in zip(starts, ends, strict=True) if t0 < count.t1_us <= t1)
        found[start][0] += count.quantity
        found[start][1] += count.quantity if count.kind == "scrap" else 0
    return {start: (total, scrap) for start, (total, scrap) in found.items() if total or scrap}
