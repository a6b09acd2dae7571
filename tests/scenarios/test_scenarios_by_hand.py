"""A bench without any signal has the same ledger from what people say as a machine has from its signals."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.ledger.model import Slice
from dovetail.scenariofiles.document import read_scenario
from dovetail.scenarios.play import played_out
from dovetail.scenarios.stage import OWN
from shortcuts import examples

PLANT = """
scenario: the same day by signals and by hand
day: "2026-01-05"
until: "15:00"
plant:
  plant: {format: 1, name: Twins}
  equipment:
    works: {level: Site, timezone: UTC, calendar: day}
    works/auto:
      level: WorkUnit
      standard_rate_upm: 60
      tags: {state: {kind: i64}, good: {kind: u64}, scrap: {kind: u64}}
      states: {values: {tag: state, map: {0: Idle, 1: RUN, 2: Held}}}
      counters: {good: {tag: good}, scrap: {tag: scrap}}
    works/hand: {level: WorkUnit, standard_rate_upm: 60, states: {by_hand: true}}
  calendars: {day: {shifts: [{name: Day, start: "06:00", end: "14:00", days: [mon]}]}}
  products: {cola: {name: Cola}, water: {name: Water, rates_upm: {works: 30}}}
"""
NUMBERS = {"Idle": 0, "RUN": 1, "Held": 2}
STRETCH = st.tuples(st.sampled_from(sorted(NUMBERS)), st.integers(1, 90), st.integers(0, 200), st.integers(0, 20))


def clock(minute: int) -> str:
    return f"{6 + minute // 60:02}:{minute % 60:02}"


def story(stretches: list[tuple[str, int, int, int]], changed: int) -> tuple[str, int]:
    """The scenario of these stretches, with another product from the end of one of them on; and when it ends."""
    ends = list(accumulate(minutes for _, minutes, _, _ in stretches))
    begins = [0, *ends[:-1]]
    change = ends[changed % len(ends)]
    jobs = [
        f'  - {{equipment: {unit}, product: cola, from: "06:00", to: "{clock(change)}"}}' for unit in ("auto", "hand")
    ]
    jobs += [f'  - {{equipment: {unit}, product: water, from: "{clock(change)}", to: "{clock(ends[-1] + 1)}"}}'
             for unit in ("auto", "hand")]  # fmt: skip
    signals = ["  - 06:00 auto.good 0", "  - 06:00 auto.scrap 0"]
    signals += [
        f"  - {clock(t0)} auto.state {NUMBERS[state]}" for (state, *_), t0 in zip(stretches, begins, strict=True)
    ]
    edits, counts = list[str](), list[str]()
    good = scrap = 0
    for (state, _, more, bad), t0, t1 in zip(stretches, begins, ends, strict=True):
        edits.append(f'  - {{equipment: hand, from: "{clock(t0)}", to: "{clock(t1)}", state: {state}}}')
        good, scrap = good + more, scrap + bad
        signals += [f"  - {clock(t1)} auto.good {good}", f"  - {clock(t1)} auto.scrap {scrap}"]
        counts.append(f'  - {{equipment: hand, to: "{clock(t1)}", good: {more}, scrap: {bad}, infeed: 1, at: "15:00"}}')
    parts = {"jobs": jobs, "signals": signals, "edits": edits, "counts": counts}
    text = PLANT + "".join(f"{name}:\n" + "\n".join(rows) + "\n" for name, rows in parts.items())
    return text + "expect: [{equipment: hand}]\n", ends[-1]


def told(slices: list[Slice]) -> list[tuple[Any, ...]]:
    """What the ledger says of each stretch of time: alike ones beside each other are one."""
    merged: list[list[Any]] = []
    for one in slices:
        said = [one.cls, one.product, one.shift_name]
        if merged and merged[-1][1:4] == said:
            merged[-1][4] += one.pieces.good
            merged[-1][5] += one.pieces.scrap
        else:
            merged.append([one.t0_us, *said, one.pieces.good, one.pieces.scrap])
    return [tuple(one) for one in merged]


@settings(max_examples=examples(12), deadline=None)
@given(stretches=st.lists(STRETCH, min_size=1, max_size=5), change=st.integers(0, 4))
def test_what_people_say_and_what_signals_say_is_one_ledger(
    stretches: list[tuple[str, int, int, int]], change: int
) -> None:
    text, minutes = story(stretches, change)
    document, report = read_scenario("twins.yaml", text.encode())
    assert document is not None, report.problems
    with played_out(document) as (played, script, now):
        assert script is not None, played.report.problems
        assert not [finding for finding in played.findings if not finding.ok]
        span = (script.from_us, script.from_us + minutes * 60_000_000)
        ledger = {
            name: told(now.rooms.performance.slices(script.plant.by_path(f"works/{name}").id, *span, scope=OWN))
            for name in ("auto", "hand")
        }
    assert ledger["hand"] == ledger["auto"]
