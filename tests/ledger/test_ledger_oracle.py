"""The books against an oracle that adds up second by second: whatever machines did, a figure is the same fraction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from performance_world import CATEGORIES, T0, Job, counted, state
from plain_seconds import Figure, Plain, Said, Second, looked_at

from dovetail.core.clock import SECOND_US
from dovetail.ledger.columns import Sums, add, sum_slices
from dovetail.ledger.cutting import cut
from dovetail.ledger.timeclass import Settings
from dovetail.ledger.tracks import Definitions, Facts
from dovetail.performance.report import figures
from dovetail.scenarios.judge import by_definition
from dovetail.switchboard.model import quantities
from dovetail.workcalendar.model import Span
from shortcuts import examples

MACHINE = 4
STATES = ("Execute", "RUN", "Held", "Stopped", "Idle", "Aborted", "STARVED", "CHANGEOVER", "NO_DATA", "UNKNOWN")
REASONS = (None, None, "mechanical/jam", "setup/wash", "planned/clean", "organisational")
RATES = {"cola": 60.0, "water": 30.0, "juice": None}  # a minute; a piece takes whole milliseconds
OWN = (None, 120.0)
MADE = st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 1))


def runs_of(choices: st.SearchStrategy[object], longest: int) -> st.SearchStrategy[list[object]]:
    """What holds in each second, for a while each."""
    part = st.tuples(choices, st.integers(1, longest))
    return st.lists(part, min_size=1, max_size=14).map(lambda parts: [one for one, n in parts for _ in range(n)])


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Second], Facts]:
    """(the seconds of a machine, the same as the tracks that the ledger is cut from)."""
    names = draw(runs_of(st.tuples(st.sampled_from(STATES), st.sampled_from(("Production", "Setup", "Manual")),
                                   st.sampled_from(REASONS)), 9))  # fmt: skip
    n = len(names)

    def long_enough(told: list[object]) -> list[object]:
        return (told * (n // len(told) + 1))[:n]

    plans = long_enough(draw(runs_of(st.sampled_from(("BUSY", "BUSY", "BUSY", "PLANNED_DOWN", "NOT_PLANNED")), 40)))
    jobs = long_enough(draw(runs_of(st.sampled_from(((), ("cola",), ("water",), ("juice",), ("cola", "water"))), 40)))
    own = draw(st.sampled_from(OWN))
    made = {at: draw(MADE) for at in draw(st.lists(st.integers(0, n - 1), max_size=12, unique=True))}
    seconds = [
        Second(
            name, mode, CATEGORIES.get((reason or "").split("/")[0]), name == "STARVED", plan, len(ran),
            tuple(None if rate is None else Fraction(rate) / 60 for rate in (
                [own if RATES[one] is None else RATES[one] for one in ran] or [own])),
            tuple(2 * one for one in made.get(at, (0, 0, 0))),
        )
        for at, ((name, mode, reason), plan, ran) in enumerate(zip(names, plans, jobs, strict=True))
    ]  # fmt: skip
    return seconds, facts_of(names, plans, jobs, {at: seconds[at].made for at in made}, own)


def us(second: int) -> int:
    return T0 + second * SECOND_US


def stretches_of(told: Sequence[object]) -> list[tuple[int, int, object]]:
    """(from, to, what) wherever it stays the same."""
    found, at = [], 0
    for what, group in groupby(told):
        length = len(list(group))
        found.append((at, at + length, what))
        at += length
    return found


def facts_of(names, plans, jobs, made, own) -> Facts:
    n = len(names)
    ran = [(t0, t1, one) for t0, t1, of in stretches_of(jobs) for one in of]
    records = [
        state(MACHINE, us(t0), None if t1 == n else us(t1), name, reason=reason, mode=mode)
        for t0, t1, (name, mode, reason) in stretches_of(names)
    ]
    kinds = ("good", "scrap", "rework")
    counts = [
        counted(MACHINE, us(at), us(at + 1), kind, pieces)
        for at, of in sorted(made.items())
        for kind, pieces in zip(kinds, of, strict=True)
    ]
    return Facts(
        MACHINE, "UTC", records, [Span(us(t0), us(t1), plan) for t0, t1, plan in stretches_of(plans)],
        [Job(f"{one}-{t0}", one, us(t0), us(t1)) for t0, t1, one in ran], counts,
        [Definitions(us(0), us(n), CATEGORIES, {key: rate for key, rate in RATES.items() if rate}, own)],
    )  # fmt: skip


CONVENTIONS = st.builds(
    Said,
    no_data=st.sampled_from(("observed", "as_loss")),
    unplanned_run=st.sampled_from(("extend", "apart")),
    micro_stop=st.sampled_from(("delay", "speed")),
    micro_stop_s=st.sampled_from((3, 6)),
    pbt=st.sampled_from(("calendar", "calendar_and_job")),
    failures=st.sampled_from(("plus_one", "per_failure")),
)


def settings_of(said: Said) -> Settings:
    same = {name: getattr(said, name) for name in ("no_data", "unplanned_run", "micro_stop", "pbt", "failures")}
    return Settings(micro_stop_us=said.micro_stop_s * SECOND_US, **same)


def books_of(life: tuple[list[Second], Facts], settings: Settings) -> Sums:
    seconds, facts = life
    return sum_slices(cut(facts, us(0), us(len(seconds)), settings=settings))


def told(figure: Figure) -> object:
    return None if figure is None else pytest.approx(float(figure), rel=1e-12, abs=1e-12)


@budget(max_examples=examples(240), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(life=lives(), said=CONVENTIONS)
def test_every_figure_of_a_machine_is_what_its_seconds_come_to(life: tuple[list[Second], Facts], said: Said) -> None:
    plain = Plain(said, looked_at(life[0], said))
    sums = books_of(life, settings_of(said))
    found = figures(sums, settings_of(said))
    assert {kpi.id: kpi.value for kpi in found.kpis} == {name: told(one) for name, one in plain.figures().items()}
    assert {one.key: one.us for one in found.big_losses} == {
        key: pytest.approx(float(one * SECOND_US), abs=2) for key, one in plain.big_losses().items()
    }
    board = by_definition(quantities(sums, settings_of(said)))
    assert {name: board[name] for name in plain.definitions()} == {
        name: told(one) for name, one in plain.definitions().items()
    }


@budget(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(machines=st.lists(lives(), min_size=2, max_size=3), said=CONVENTIONS)
def test_a_site_is_the_seconds_of_its_machines_and_pieces_weigh_by_their_time(
    machines: list[tuple[list[Second], Facts]], said: Said
) -> None:
    settings = replace(settings_of(said), line="aggregate")  # as `figured` has it for what stands above machines
    plain = Plain(said, [one for seconds, _ in machines for one in looked_at(seconds, said)])
    sums = add(*(books_of(life, settings_of(said)) for life in machines))
    found = {kpi.id: kpi.value for kpi in figures(sums, settings).kpis}
    wanted = plain.figures() | plain.by_ideal_time()
    assert found == {name: told(one) for name, one in wanted.items()}
