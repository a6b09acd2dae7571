"""A site that is sent to, corrected, sealed and killed, its copy elsewhere, and beside both a plain list of rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hypothesis import strategies as st

from dovetail.copies.model import TagName
from dovetail.copies.target import Copy
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, MINUTE_US
from dovetail.corrections.index import CorrectionIndex
from dovetail.forwarding.model import Selection
from dovetail.forwarding.reconcile import Reconciler
from dovetail.forwarding.site import Site
from dovetail.historian.service import Historian
from dovetail.testing.clock import ManualClock
from naive_corrections import NaiveCorrections, Row, Said
from plug import PlugPulledError, plug

TAGS = (1, 2)
GOOD, BAD, UNCERTAIN = 0xC0, 0x08, 0x40
MONTH_ENDS_US = 1_769_904_000_000_000
INSTANTS = [MONTH_ENDS_US + at for at in range(-6, 7)]  # some in January, some in February
ENDS = (INSTANTS[0] - 3, INSTANTS[-1] + 3)
POINTS = ("forwarding.begun", "forwarding.written", "forwarding.swapped")

AT = st.sampled_from(INSTANTS)
VALUE = st.sampled_from([0.0, 1.5, -2.0, 7.0])
ROW = st.tuples(st.sampled_from(TAGS), AT).flatmap(
    lambda where: st.one_of(
        st.tuples(st.just(where[0]), st.just(where[1]), VALUE, st.sampled_from([GOOD, UNCERTAIN])),
        st.tuples(st.just(where[0]), st.just(where[1]), st.none(), st.just(BAD)),
    )
)
ROWS = st.lists(ROW, min_size=1, max_size=6)
STRETCH = st.tuples(AT, st.integers(1, 8)).map(lambda found: (found[0], min(found[0] + found[1], ENDS[1])))


def _said(tag: int, stretch: tuple[int, int]) -> st.SearchStrategy[Said]:
    inside = st.tuples(st.sampled_from(range(*stretch)), st.one_of(st.none(), VALUE))
    given = st.lists(inside, min_size=1, max_size=4, unique_by=lambda one: one[0]).map(tuple)
    return st.one_of(
        st.just(Said(tag, *stretch, "delete")),
        given.map(lambda rows: Said(tag, *stretch, "replace", samples=rows)),
        given.map(lambda rows: Said(tag, *stretch, "insert", samples=rows)),
        VALUE.map(lambda value: Said(tag, *stretch, "change", value=value)),
        st.just(Said(tag, *stretch, "change", scale=2.0, offset=-1.0)),
    )


SAID = st.tuples(st.sampled_from(TAGS), STRETCH).flatmap(lambda where: _said(*where))
STEP = st.one_of(
    ROWS.map(lambda rows: ("put", rows)),
    ROWS.map(lambda rows: ("put_and_seal", rows)),
    SAID.map(lambda one: ("say", one)),
    st.integers(0, 99).map(lambda which: ("undo", which)),
    st.just(("compact", None)),
    st.just(("restart", None)),
    st.integers(1, 4).map(lambda steps: ("forward_some", steps)),
    st.tuples(st.sampled_from(POINTS), st.integers(1, 3)).map(lambda when: ("forward_killed", when)),
    st.just(("forward", None)),
)
STEPS = st.lists(STEP, min_size=1, max_size=14)


class Elsewhere(Protocol):
    """Where a copy lies: opened as often as the site begins anew."""

    def open(self) -> Copy: ...
    def rows(self) -> list[Row]:
        """What a reader of the copy finds, by (ts, tag, arrival)."""
        ...


@dataclass
class World:
    """The site, the list, and the copy."""

    folder: Path
    elsewhere: Elsewhere
    clock: ManualClock = field(default_factory=lambda: ManualClock(ENDS[1] + 1_000_000))
    index: CorrectionIndex = field(default_factory=CorrectionIndex)
    naive: NaiveCorrections = field(default_factory=NaiveCorrections)
    rows: list[Row] = field(default_factory=list)
    sealed: list[Row] = field(default_factory=list)
    seq: int = 0
    known: int = 0
    names: tuple[TagName, ...] = tuple(TagName(tag, f"acme/line.t{tag}", "kW", int(Kind.F64)) for tag in TAGS)

    def __post_init__(self) -> None:
        self._open()

    def _open(self) -> None:
        self.historian = Historian(
            self.folder, clock=self.clock, bus=Bus(), owner_of=lambda _tag: 1, corrections=self.index
        )
        self._begin()

    def _begin(self) -> None:
        self.copy = self.elsewhere.open()
        site = Site(self.historian.chunks, self.index.standing)
        self.reconciler = Reconciler(
            site, self.copy, lambda: Selection.of(self.names), clock=self.clock, round_us=MINUTE_US
        )

    def act(self, step: tuple[str, object]) -> None:
        getattr(self, step[0])(step[1])

    def put(self, rows: list[Row]) -> None:
        self.seq += 1
        self.historian.put([Frame("gateway", Lane.LIVE, 1, self.seq, (Batch.of(Kind.F64, rows),))])
        self.rows = list(dict.fromkeys(self.rows + rows))

    def put_and_seal(self, rows: list[Row]) -> None:
        self.put(rows)
        self.historian.seal_once()
        self.sealed = list(self.rows)

    def say(self, one: Said) -> None:
        self.known += 1
        self.index.take([self.naive.say(one, self.known)], {}, known=self.known)

    def undo(self, which: int) -> None:
        self.known += 1
        self.index.take([], self.naive.undo(which, self.known) if self.naive.said else {}, known=self.known)

    def compact(self, _nothing: object) -> None:
        self.clock.tick(DAY_US)
        for _ in range(4):
            self.historian.compact_once()

    def restart(self, _nothing: object) -> None:
        self.close()
        self._open()

    def forward_some(self, steps: int) -> None:
        for _ in range(steps):
            self.reconciler.step()

    def forward_killed(self, when: tuple[str, int]) -> None:
        with plug() as arm:
            arm(*when)
            with suppress(PlugPulledError):
                return self.forward(None)
        self.copy.close()
        return self._begin()

    def forward(self, _nothing: object) -> None:
        """Until the copy is equal: it reads as the list does, of all that is sealed."""
        self.clock.tick(MINUTE_US)
        while self.reconciler.step():
            pass
        assert self.elsewhere.rows() == self.expected()

    def expected(self) -> list[Row]:
        return sorted(self.naive.over(self.sealed, None), key=lambda row: (row[1], row[0]))

    def end(self) -> None:
        """All is sealed, forwarded, and then there is nothing left to bring."""
        self.historian.seal_once()
        self.sealed = list(self.rows)
        self.forward(None)
        brought = self.reconciler.done.samples
        self.reconciler.recheck()
        self.forward(None)
        assert self.reconciler.done.samples == brought
        self.close()

    def close(self) -> None:
        self.copy.close()
        self.historian.close()


type Make = Callable[[Path], World]
