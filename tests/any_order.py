"""What may happen to the samples of a site, in any order, with every question asked of it and of a plain list.

Samples that come late, twice, at one moment, with odd values, in any lane; what people correct and take back; sealing,
joining, summing up; rules that let go; restarts, and the plug pulled at any step. As it is now, and as it was known.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import site_reads
from dovetail.core.batch import Lane
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from dovetail.forwarding import reconcile
from dovetail.packing import chunks, rollups
from plain_samples import Row, Said
from samples_stores import FileStore
from site_copied import CopiedLife, Elsewhere
from site_life import CHANGED, FORCE, LANES, MONTH_ENDS_US, NOTE, ODD, SPEED, UNKNOWN, Life

GOOD, BAD, UNCERTAIN = 0xC0, 0x08, 0x40
INSTANTS = [  # two days close to the turns of minutes, hours, days and of a month
    *(MONTH_ENDS_US + at_us for at_us in (-2, -1, 0, 1, 2)),
    *(
        MONTH_ENDS_US + day * DAY_US + hour * HOUR_US + at_us
        for day in (-1, 0)
        for hour in (0, 1, 23)
        for at_us in (0, 30 * SECOND_US, MINUTE_US, HOUR_US - 1)
    ),
]
AT = st.sampled_from(INSTANTS)
VALUE = st.sampled_from([0.0, 1.5, -2.0, 7.0])
ODD_VALUE = st.sampled_from([0.0, -0.0, 1.5, float("inf"), float("-inf"), float("nan"), 5e-324])
NUMBERS = st.tuples(st.sampled_from([SPEED, FORCE]), AT, VALUE, st.sampled_from([GOOD, GOOD, UNCERTAIN]))
TYPES = st.sampled_from([1, 2, 3.0, 1.0, 0.5, True, "stopped", ""])  # what one tag sends by and by
NOTHING = st.tuples(st.sampled_from([SPEED, FORCE, ODD, NOTE, CHANGED]), AT, st.none(), st.just(BAD))
STRANGE = st.one_of(
    st.tuples(st.just(ODD), AT, ODD_VALUE, st.sampled_from([GOOD, UNCERTAIN])),
    st.tuples(st.just(CHANGED), AT, TYPES, st.sampled_from([GOOD, UNCERTAIN])),
    st.tuples(st.just(NOTE), AT, st.sampled_from(["", "red", "\x00", "長い"]), st.just(GOOD)),
    st.tuples(st.just(UNKNOWN), AT, VALUE, st.just(GOOD)),  # a tag that nobody named
    st.tuples(st.just(SPEED), st.sampled_from([0, 4_102_444_800_000_001]), VALUE, st.just(GOOD)),  # 1970, 2100
)
ROWS: st.SearchStrategy[list[Row]] = st.lists(st.one_of(NUMBERS, NUMBERS, NOTHING, STRANGE), min_size=1, max_size=9)
LANE = st.sampled_from(LANES)
STRETCH = st.tuples(AT, AT).filter(lambda ends: ends[0] != ends[1]).map(lambda ends: (min(ends), max(ends)))


def _said(tag: int, stretch: tuple[int, int]) -> st.SearchStrategy[Said]:
    inside = st.sampled_from([at_us for at_us in INSTANTS if stretch[0] <= at_us < stretch[1]])
    sample = st.tuples(inside, st.one_of(st.none(), VALUE))
    given = st.lists(sample, min_size=1, max_size=4, unique_by=lambda one: one[0]).map(tuple)
    return st.one_of(
        st.just(Said(tag, *stretch, "delete")),
        given.map(lambda rows: Said(tag, *stretch, "replace", samples=rows)),
        given.map(lambda rows: Said(tag, *stretch, "insert", samples=rows)),
        VALUE.map(lambda value: Said(tag, *stretch, "change", value=value)),
        st.sampled_from([(2.0, 0.0), (1.0, -1.0), (0.5, 4.0)]).map(
            lambda how: Said(tag, *stretch, "change", scale=how[0], offset=how[1])
        ),
        st.sampled_from(["good", "uncertain", "bad"]).map(lambda word: Said(tag, *stretch, "change", quality=word)),
    )


SAID = st.one_of(
    st.tuples(st.sampled_from([SPEED, FORCE]), STRETCH).flatmap(lambda where: _said(*where)),
    st.tuples(st.sampled_from([ODD, NOTE, CHANGED]), STRETCH).map(lambda where: Said(where[0], *where[1], "delete")),
)
NTH = st.integers(1, 3)
SEALED = ("chunk-written", "sealed", "head-deleted")
BROUGHT = ("held", "stored")
LET_GO = (
    "retention.written", "retention.verified", "retention.archived", "retention.begun", "historian.dropped",
    "retention.ended",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Many:
    """So many lives of up to so many steps each."""

    lives: int
    steps: int

    def __str__(self) -> str:
        return f"{self.lives} lives of up to {self.steps} steps"


type Form = Mapping[str, Many]  # by where all of it lies

IN_SHORT: Final[Form] = {  # what `make test` lives, always the same ones
    "samples and records in files": Many(20, 15),
    "samples and records in PostgreSQL": Many(6, 15),
    "samples in files, records in PostgreSQL": Many(4, 15),
    "a copy in PostgreSQL": Many(10, 15),
    "a copy in ClickHouse": Many(15, 15),
}
IN_LONG: Final[Form] = {  # what `make soak` lives besides, others each time
    "samples and records in files": Many(400, 40),
    "samples and records in PostgreSQL": Many(150, 40),
    "samples in files, records in PostgreSQL": Many(50, 40),
    "a copy in PostgreSQL": Many(150, 40),
    "a copy in ClickHouse": Many(60, 40),
}


@dataclass(slots=True)
class Lived:
    """What was lived; a question is asked in all its forms each time."""

    lives: int = 0
    steps: int = 0
    questions: int = 0


class AnyOrder(RuleBasedStateMachine):
    """Rules are what may happen; what is asked after each is drawn, and at the end everything is."""

    make: Callable[[Path], Life]
    lived: Lived

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.life = type(self).make(Path(self.folder.name))
        self.lived.lives, self.lived.steps = self.lived.lives + 1, self.lived.steps - 1  # this is no step

    @invariant()
    def stepped(self) -> None:
        self.lived.steps += 1

    @rule(rows=ROWS, lane=LANE)
    def send(self, rows: list[Row], lane: Lane) -> None:
        self.life.send(rows, lane)

    @rule(rows=ROWS, lane=LANE)
    def send_and_seal(self, rows: list[Row], lane: Lane) -> None:
        self.life.send(rows, lane)
        self.life.seal()

    @rule(which=st.integers(0, 99))
    def again(self, which: int) -> None:
        self.life.again(which)

    @rule(one=SAID)
    def say(self, one: Said) -> None:
        self.life.say(one)

    @rule(which=st.integers(0, 99))
    def undo(self, which: int) -> None:
        self.life.undo(which)

    @rule()
    def seal(self) -> None:
        self.life.seal()

    @rule()
    def join(self) -> None:
        self.life.join()

    @rule()
    def join_a_little(self) -> None:
        self.life.historian.compact_once()

    @rule(hours=st.sampled_from([1, 24, 40 * 24]))
    def pass_time(self, hours: int) -> None:
        self.life.pass_time(hours)

    @rule()
    def keep(self) -> None:
        self.life.keep()

    @rule()
    def bring(self) -> None:
        self.life.bring()

    @rule()
    def restart(self) -> None:
        self.life.restart()

    @rule()
    def kill(self) -> None:
        self.life.kill()

    # --- the plug is pulled between any two steps -------------------------------------------------------------------
    @rule(rows=ROWS, lane=LANE, point=st.sampled_from(["written", "stored"]))
    def killed_while_sent(self, rows: list[Row], lane: Lane, point: str) -> None:
        self.life.killed(f"historian.{point}", 1, lambda: self.life.send(rows, lane))

    @rule(point=st.sampled_from(SEALED), nth=NTH)
    def killed_while_sealed(self, point: str, nth: int) -> None:
        self.life.killed(f"historian.{point}", nth, self.life.seal)

    @rule(point=st.sampled_from(["compacted", "rolled"]), nth=NTH)
    def killed_while_joined(self, point: str, nth: int) -> None:
        self.life.killed(f"historian.{point}", nth, self.life.join)

    @rule(point=st.sampled_from(["audited", "committed"]), one=SAID)
    def killed_while_said(self, point: str, one: Said) -> None:
        self.life.killed(f"operations.{point}", 1, lambda: self.life.say(one))

    @rule(point=st.sampled_from(LET_GO), nth=NTH)
    def killed_while_let_go(self, point: str, nth: int) -> None:
        self.life.pass_time(100 * 24)
        self.life.killed(point, nth, self.life.keep)

    @rule(point=st.sampled_from(BROUGHT), nth=NTH)
    def killed_while_brought(self, point: str, nth: int) -> None:
        self.life.pass_time(100 * 24)
        self.life.keep()
        self.life.killed(f"bringing.{point}", nth, self.life.bring)

    # --- what is asked ------------------------------------------------------------------------------------------------
    @rule(ask=st.sampled_from(site_reads.EVERY), before=st.one_of(st.none(), st.integers(0, 9)))
    def ask(self, ask: site_reads.Check, before: int | None) -> None:
        ask(self.life, None if before is None else self.moment(before))
        self.lived.questions += 1

    def moment(self, before: int) -> int:
        """What was known so many corrections ago."""
        known = [0, *(one.known for one in self.life.plain.said)]
        return known[-1 - before % len(known)]

    def teardown(self) -> None:
        if not hasattr(self, "life"):
            return
        try:
            if sys.exception() is None:  # else a step has failed, and that is told
                self.end()
        finally:
            self.life.close()
            self.folder.cleanup()

    def end(self) -> None:
        """Everything is asked once more, as it is and as it ever was known."""
        self.everything(None)
        self.life.seal()
        self.life.pass_time(24)
        self.life.join()
        for known in sorted({0, *(one.known - 1 for one in self.life.plain.said)}):
            self.everything(known)
        self.everything(None)
        self.settled()

    def everything(self, as_of: int | None) -> None:
        for ask in site_reads.EVERY:
            ask(self.life, as_of)
            self.lived.questions += 1

    def settled(self) -> None:
        """Nothing is left to be done: every repeat is counted, every sum is clean."""
        account = {(one.source, one.lane): one.duplicate for one in self.life.historian.delivery()}
        assert account == {way: self.life.plain.duplicate[way] for way in account}
        assert self.life.historian.rollups()[1] == 0


class AndForwarded(AnyOrder):
    """The same of a site that has a copy elsewhere: whenever it was brought up to date it reads as the site does."""

    life: CopiedLife

    @rule()
    def forward(self) -> None:
        self.life.forward()

    @rule(steps=st.integers(1, 4))
    def forward_a_little(self, steps: int) -> None:
        for _ in range(steps):
            self.life.reconciler.step()

    @rule(point=st.sampled_from(["begun", "written", "swapped"]), nth=NTH)
    def killed_while_forwarded(self, point: str, nth: int) -> None:
        self.life.killed(f"forwarding.{point}", nth, self.life.forward)

    def settled(self) -> None:
        super().settled()
        for _ in range(2):  # the first finds chunks that were put together since: they say the same, under other marks
            self.life.forward()
            brought = self.life.reconciler.done.samples
            self.life.reconciler.recheck()
        self.life.forward()
        assert self.life.reconciler.done.samples == brought  # nothing is brought again that is there


def lives(machine: type[AnyOrder], make: Callable[[Path], Life], where: str, form: Form) -> str:
    """Live as many lives as a form says, and say what was lived.

    A few samples a day are summed up as if they were many, and lie in small chunks.

    A life that fails is not made smaller, which would take minutes: it is read as it was.
    """
    many = form[where]
    how = settings(
        max_examples=many.lives, stateful_step_count=many.steps, deadline=None, phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )  # fmt: skip
    lived = Lived()
    with pytest.MonkeyPatch.context() as patch:
        # else numbers of our own modules are drawn more often, and what a test before has imported chooses the lives
        patch.setattr(providers.HypothesisProvider, "_maybe_draw_constant", lambda *_, **__: None)
        patch.setattr(rollups, "HOURS_FROM", 0)
        patch.setattr(rollups, "MINUTES_FROM", 0)
        patch.setattr(chunks, "CHUNK_SAMPLES_MAX", 5)
        patch.setattr(reconcile, "FORWARD_SAMPLES_MAX", 6)
        patch.setattr(reconcile, "FORWARD_TAGS_AT_ONCE", 1)
        made = {"make": staticmethod(make), "lived": lived}
        run_state_machine_as_test(type("Lived", (machine,), made), settings=how)
    counted = f"{lived.lives} lives, {lived.steps:,} steps, {lived.questions:,} questions"
    return f"{where}: {counted} answered as a plain list does (make soak: {IN_LONG[where]})"


def lives_with_copy(elsewhere: Elsewhere, where: str, form: Form) -> str:
    """Lives of a site in files, each with a copy of its own there."""

    def make(folder: Path) -> Life:
        elsewhere.empty()
        return CopiedLife(folder, FileStore(folder / "samples"), elsewhere)

    return lives(AndForwarded, make, where, form)
