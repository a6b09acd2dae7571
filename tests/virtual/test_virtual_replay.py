"""However samples arrive, in whatever order, with kills and new expressions between: computed tags say the same."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from virtual_floor import FLOW, ON, POWER, PUMP, Floor, Formula, Sent, opened

from dovetail.core.batch import Kind
from shortcuts import examples

END = 100.0
FORMULAS: list[Formula] = [
    ("power / flow", Kind.F64),
    ("mean(power, '6 s')", Kind.F64),
    ("previous(power, '4 s') + flow", Kind.F64),
    ("if_good(flow, 0) + integral(number(on), '12 s')", Kind.F64),
    ("rate(power, '6 s') if on else 0", Kind.F64),
]
TRUTHS: list[Formula] = [
    ("on_delay(on, '3 s')", Kind.BOOL),
    ("rising(on, '2 s') or flow > 2", Kind.BOOL),
    ("off_delay(on and power > 3, '5 s')", Kind.BOOL),
]
ABOVE: Mapping[str, Formula] = {
    "late": ("on_delay(tag('../mixer.truth'), '2 s')", Kind.BOOL),
    "sum": ("mean(tag('../mixer.number'), '3 s') + tag('../mixer.flow')", Kind.F64),
}
PLANS = st.builds(
    lambda number, truth: {"number": number, "truth": truth}, st.sampled_from(FORMULAS), st.sampled_from(TRUTHS)
)
VALUES = {
    POWER: st.sampled_from([0.0, 1.0, 5.5, None]),
    FLOW: st.sampled_from([0.0, 2.0, 4.0, None]),
    ON: st.sampled_from([True, False, None]),
}
ROWS = st.lists(
    st.sampled_from(sorted(VALUES)).flatmap(
        lambda tag: st.tuples(st.just(tag), st.integers(0, 120).map(lambda half: half / 2), VALUES[tag])
    ),
    max_size=24,
    unique_by=lambda row: row[:2],
)
STEPS = st.lists(st.sampled_from(["drain", "drain", "mark", "kill", "send", "send", "send", "apply"]), max_size=16)


def lived(floor: Floor, rows: list[Sent], steps: list[str], plans: list[Mapping[str, Formula]]) -> None:
    """What a plant goes through: frames of two samples in the order given, marks, kills and new expressions."""
    waiting, marked, applied = list(rows), 0.0, 0
    floor.apply(0, plans[0], ABOVE)
    for step in steps:
        match step:
            case "send":
                floor.send(waiting[:2])
                waiting = waiting[2:]
            case "mark":
                marked += 12
                floor.send(a=min(marked, END), b=min(marked + 5, END))
            case "drain":
                floor.drain()
            case "kill":
                floor.reopen()
            case _:
                applied = min(applied + 1, len(plans) - 1)
                floor.apply(20.0 * applied, plans[applied], ABOVE)
    for later in range(applied + 1, len(plans)):
        floor.apply(20.0 * later, plans[later], ABOVE)
    floor.send(waiting, a=END, b=END)
    floor.drain()


def said(floor: Floor) -> list[object]:
    return [
        floor.told("number"),
        floor.told("truth"),
        floor.told("late", node=PUMP),
        floor.told("sum", node=PUMP),
        floor.good_through(),
    ]


@settings(max_examples=examples(48), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, steps=STEPS, plans=st.lists(PLANS, min_size=1, max_size=3))
def test_live_late_shuffled_and_killed_say_what_a_replay_says(
    rows: list[Sent], steps: list[str], plans: list[Mapping[str, Formula]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        live, replay = opened(Path(folder), 1), opened(Path(folder), 2)
        lived(live, rows, steps, plans)
        lived(replay, sorted(rows, key=lambda row: (row[1], row[0])), [], plans)
        assert said(live) == said(replay)
        for floor in (live, replay):
            floor.historian.close()
            floor.database.close()
