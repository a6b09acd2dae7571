"""Whatever happens, in whatever order: every second and every piece is accounted once, and nothing depends on the way.

Samples late, twice, torn and of the past; counters that roll over, jump and are set back; a link that is cut; jobs,
edits, entries by hand; code that changes; a day of twenty-five hours. After all of it, from the samples down to the
rollups: slices tile time and sum to the microsecond; pieces are conserved; what was derived bit by bit is what is
derived at once, and what the samples alone give again; what was known at any moment is still answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from house_life import BEGIN_US, REASONS, STATES, Life
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

import shortcuts
from dovetail.books.rollups import sums_by_rollup
from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.db.uow import Database
from dovetail.ledger.columns import Sums, sum_slices
from dovetail.performance import store
from dovetail.replaying.derived import Engine, everything
from dovetail.replaying.shelf import Shelf
from dovetail.scenarios.stage import OWN, on_sqlite
from dovetail.states.model import StateRecord

CLASSES = ("apt_us", "aust_us", "adet_us", "adot_us", "nodt_us")
KINDS = ("good", "scrap", "rework", "infeed")
BACK = st.integers(1, 900)  # minutes


class FromSamplesToRollups(RuleBasedStateMachine):
    """Rules are what may happen; `teardown` holds the end against everything that must be true of it."""

    records = staticmethod(on_sqlite)

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed: int) -> None:
        self.life = Life(self.records, seed)
        for minutes in (290, 400, 210):  # there is a past, a shift and a night of it, of which anything may be said
            self.life.run(minutes, late=False, cut=minutes == 400)
            self.life.remember()

    @rule(minutes=st.integers(1, 420), late=st.booleans(), cut=st.booleans())
    def run(self, minutes: int, late: bool, cut: bool) -> None:
        self.life.run(minutes, late=late, cut=cut)

    @rule(minutes=st.integers(200, 900), late=st.booleans())
    def run_long(self, minutes: int, late: bool) -> None:
        self.life.run(minutes, late=late, cut=False)

    @rule()
    def work(self) -> None:
        self.life.now.work()

    @rule()
    def deliver_late(self) -> None:
        self.life.deliver_late()

    @rule(which=st.integers(0, 99))
    def again(self, which: int) -> None:
        self.life.again(which)

    @rule(back=BACK, state=st.sampled_from(STATES))
    def one_more(self, back: int, state: int) -> None:
        self.life.one_more(back, state)

    @rule(product=st.sampled_from(("lid", "cup")), back=st.integers(0, 300))
    def start_job(self, product: str, back: int) -> None:
        self.life.start_job(product, back)

    @rule()
    def end_jobs(self) -> None:
        self.life.end_jobs()

    @rule(
        back=BACK, minutes=st.integers(1, 200), reason=st.sampled_from(REASONS), state=st.sampled_from((None, "Held"))
    )
    def edit(self, back: int, minutes: int, reason: str | None, state: str | None) -> None:
        self.life.edit(back, minutes, reason, state)

    @rule(which=st.integers(0, 9))
    def withdraw(self, which: int) -> None:
        self.life.withdraw(which)

    @rule(back=BACK, minutes=st.integers(0, 90), good=st.integers(-5, 50), scrap=st.integers(0, 9))
    def count(self, back: int, minutes: int, good: int, scrap: int) -> None:
        self.life.count(back, minutes, good, scrap)

    @rule(
        rate=st.sampled_from((60, 90)),
        pause=st.sampled_from(("10:00", "10:30")),
        category=st.sampled_from(("failure", "other")),
    )
    def other_code(self, rate: int, pause: str, category: str) -> None:
        self.life.other_code(rate, pause, category)

    @rule()
    def remember(self) -> None:
        self.life.remember()

    def teardown(self) -> None:
        if not hasattr(self, "life"):
            return
        try:
            self.life.deliver_late()
            self.life.run(30, late=False, cut=False)
            self.life.now.work()
            for equipment_id in self.life.units:
                every_second_is_in_one_slice(self.life, equipment_id)
                every_piece_is_in_one_slice(self.life, equipment_id)
                rollups_are_their_slices(self.life, equipment_id)
                bit_by_bit_is_all_at_once(self.life, equipment_id)
            the_samples_alone_give_the_same(self.life)
            what_was_known_is_still_answered(self.life)
        finally:
            self.life.close()


def every_second_is_in_one_slice(life: Life, equipment_id: int) -> None:
    """Slices leave no gap, overlap nowhere, and sum up to what passed."""
    slices = life.slices(equipment_id)
    assert all(one.t1_us == other.t0_us for one, other in pairwise(slices))
    assert slices[-1].t1_us == life.now_us
    sums = sum_slices(slices)
    times = life.now.rooms.performance.kpis(equipment_id, BEGIN_US, life.now_us, scope=OWN).figures.times
    assert sums["elapsed_us"] == times.elapsed_us == life.now_us - slices[0].t0_us
    assert times.pbt_us == sum(getattr(times, name) for name in CLASSES)
    assert times.elapsed_us == times.pbt_us + times.planned_down_us + times.not_planned_us


def every_piece_is_in_one_slice(life: Life, equipment_id: int) -> None:
    """What counters counted and people entered is in the slices, once, what is not recorded yet as well."""
    room = life.now.rooms.performance
    with life.now.database.read() as reading:
        made_of = room.gathering.made_of(equipment_id)
        wanted: Counter[str] = Counter()
        for unit in made_of.units:
            counts = life.now.rooms.counting.counts(reading, unit, BEGIN_US - 1, life.now_us + 1, scope=OWN)
            counts += life.now.rooms.counting.fresh(unit, scope=OWN)
            wanted.update(_summed([one for one in counts if made_of.counts_of(unit, one.kind)]))
    sums = room.sums(equipment_id, BEGIN_US, life.now_us, scope=OWN)
    assert {kind: sums[kind] for kind in KINDS} == {kind: wanted[kind] for kind in KINDS}


def _summed(counts: list) -> Counter[str]:  # type: ignore[type-arg]
    found: Counter[str] = Counter()
    for one in counts:
        found[one.kind] += one.quantity
    return found


def rollups_are_their_slices(life: Life, equipment_id: int) -> None:
    """Summed by the rollups it is what it is summed by the slices that are held."""
    with life.now.database.read() as reading:
        begin_us, end_us = store.extent(reading, equipment_id) or (BEGIN_US, BEGIN_US)
        held = [piece for _, piece in store.overlapping(reading, equipment_id, begin_us, end_us)]
        by_rollup = sums_by_rollup(reading, [equipment_id], begin_us, end_us)
    assert _only(by_rollup) == sum_slices(held)


def _only(found: dict[tuple[str | int, ...], Sums]) -> Sums:
    return next(iter(found.values()), sum_slices([]))


def bit_by_bit_is_all_at_once(life: Life, equipment_id: int) -> None:
    """The ledger that was rewritten where something moved is the ledger cut at once from the facts."""
    gathering = life.now.rooms.performance.gathering
    with life.now.database.read() as reading:
        begin_us, end_us = store.extent(reading, equipment_id) or (BEGIN_US, BEGIN_US)
        held = [piece for _, piece in store.overlapping(reading, equipment_id, begin_us, end_us)]
        assert held == (gathering.derive(reading, equipment_id, begin_us, end_us) if held else [])


def the_samples_alone_give_the_same(life: Life) -> None:
    """States, pieces and held jumps from the samples, without any checkpoint; and a replay of the code that holds."""
    rooms = life.now.rooms
    engine = Engine(rooms.historian, _Forgetful(rooms.states), rooms.equipment, rooms.calendar.cuts, life.now_us)  # type: ignore[arg-type]
    with life.now.database.read() as reading:
        for unit in (life.ids["press"], life.ids["packer"]):
            shelf = Shelf()
            again = everything(engine.again(reading, unit, BEGIN_US, life.now_us, shelf), lambda: None)
            records, pieces = again.between(BEGIN_US - 1, life.now_us + 1), again.counted(BEGIN_US - 1, life.now_us + 1)
            shelf.close()
            asked = (reading, unit, BEGIN_US - 1, life.now_us + 1)
            tail = rooms.states.tail(unit, scope=OWN)
            held = rooms.states.records(*asked, scope=OWN)
            begin_us = min((one.t0_us for one in tail.records), default=life.now_us)
            told = [*(one for one in held if one.t0_us < begin_us), *tail.records]
            assert _faces(records) == _faces(told)
            counts = [*rooms.states.counts(*asked, scope=OWN), *tail.counts]
            assert _summed(pieces) == _summed(counts)
            assert len(again.held) == len(rooms.states.held(reading, (unit,), *asked[2:], scope=OWN))


def _faces(records: Sequence[StateRecord]) -> list[tuple[object, ...]]:
    told = [
        replace(one, t0_us=max(one.t0_us, BEGIN_US)) for one in records if one.t1_us is None or one.t1_us > BEGIN_US
    ]
    return [(one.t0_us, one.t1_us, one.state, one.mode, one.reason, one.external) for one in told]


class _Forgetful:
    """The states room without its checkpoints."""

    def __init__(self, states: object) -> None:
        self._states = states

    def checkpoint_before(self, *_asked: object) -> None:
        return None


def what_was_known_is_still_answered(life: Life) -> None:
    """As of each moment that was remembered the answer is what it was."""
    for one in life.remembered:
        assert life.slices(one.equipment_id, as_of=one.known) == one.slices
        assert life.screens(one.equipment_id, as_of=one.known) == one.screens


def machine(*, steps: int, examples: int, shrink: bool = True) -> settings:
    phases = (Phase.generate, Phase.shrink)[: 1 + shrink]  # to make one smaller takes minutes: a seed says enough
    return settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, phases=phases,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )  # fmt: skip


def test_every_second_and_every_piece_is_accounted_once() -> None:
    run_state_machine_as_test(
        FromSamplesToRollups, settings=machine(steps=12, examples=shortcuts.examples(16), shrink=False)
    )


@pytest.mark.soak
def test_long_lives_are_accounted_too() -> None:
    run_state_machine_as_test(FromSamplesToRollups, settings=machine(steps=40, examples=300))


@pytest.mark.soak
@pytest.mark.postgres
def test_on_postgresql_they_are_accounted_too(postgres_records: shortcuts.Emptied) -> None:
    @contextmanager
    def emptied(_folder: Path, clock: Clock, bus: Bus) -> Iterator[Database]:
        postgres_records.take()
        database = Database(postgres_records.url, clock=clock, bus=bus)
        yield database
        database.close()

    class OnPostgres(FromSamplesToRollups):
        records = staticmethod(emptied)

    run_state_machine_as_test(OnPostgres, settings=machine(steps=25, examples=60))
