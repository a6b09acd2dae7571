"""Whatever was corrected, taken back or came late, in whatever order: every reading is that of a plain list of rows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.chunkstore.place import Storage
from dovetail.chunkstore.postgres import Server
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.scope import system_scope
from dovetail.corrections.index import CorrectionIndex
from dovetail.historian.service import Historian
from dovetail.packing import chunks
from dovetail.testing.clock import ManualClock
from naive_corrections import NaiveCorrections, Row, Said
from shortcuts import examples

ALL = system_scope("test")
TAGS = (1, 2)
GOOD, BAD, UNCERTAIN = 0xC0, 0x08, 0x40
MONTH_ENDS_US = 1_769_904_000_000_000
INSTANTS = [MONTH_ENDS_US + at for at in range(-6, 7)]  # some in January's file, some in February's
ENDS = (INSTANTS[0] - 3, INSTANTS[-1] + 3)

AT = st.sampled_from(INSTANTS)
VALUE = st.sampled_from([0.0, 1.5, -2.0, 7.0])
ROW = st.tuples(st.sampled_from(TAGS), AT).flatmap(
    lambda where: st.one_of(
        st.tuples(st.just(where[0]), st.just(where[1]), VALUE, st.sampled_from([GOOD, UNCERTAIN])),
        st.tuples(st.just(where[0]), st.just(where[1]), st.none(), st.just(BAD)),
    )
)
STRETCH = st.tuples(AT, st.integers(1, 8)).map(lambda found: (found[0], min(found[0] + found[1], ENDS[1])))


def _said(tag: int, stretch: tuple[int, int]) -> st.SearchStrategy[Said]:
    inside = st.sampled_from(range(*stretch))
    samples = st.lists(
        st.tuples(inside, st.one_of(st.none(), VALUE)), min_size=1, max_size=4, unique_by=lambda one: one[0]
    )
    given = samples.map(tuple)
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


SAID = st.tuples(st.sampled_from(TAGS), STRETCH).flatmap(lambda where: _said(*where))
STEP = st.one_of(
    st.lists(ROW, min_size=1, max_size=6).map(lambda rows: ("put", rows)),
    SAID.map(lambda one: ("say", one)),
    st.integers(0, 99).map(lambda which: ("undo", which)),
    st.just(("seal", None)),
    st.just(("restart", None)),
)


@dataclass
class World:
    """The historian with its corrections, and the list beside it."""

    place: Callable[[], Path | Storage]
    clock: ManualClock = field(default_factory=lambda: ManualClock(ENDS[1] + 1_000_000))
    index: CorrectionIndex = field(default_factory=CorrectionIndex)
    naive: NaiveCorrections = field(default_factory=NaiveCorrections)
    rows: list[Row] = field(default_factory=list)
    seq: int = 0
    known: int = 0

    def __post_init__(self) -> None:
        self.historian = self._open()

    def _open(self) -> Historian:
        return Historian(self.place(), clock=self.clock, bus=Bus(), owner_of=lambda _tag: 1, corrections=self.index)

    def act(self, step: tuple[str, object]) -> None:
        getattr(self, step[0])(step[1])

    def put(self, rows: list[Row]) -> None:
        self.seq += 1
        self.historian.put([Frame("gateway", Lane.LIVE, 1, self.seq, (Batch.of(Kind.F64, rows),))])
        self.rows = list(dict.fromkeys(self.rows + rows))

    def say(self, one: Said) -> None:
        self.known += 1
        self.index.take([self.naive.say(one, self.known)], {}, known=self.known)

    def undo(self, which: int) -> None:
        self.known += 1
        undone = self.naive.undo(which, self.known) if self.naive.said else {}
        self.index.take([], undone, known=self.known)

    def seal(self, _nothing: object) -> None:
        self.historian.seal_once()

    def restart(self, _nothing: object) -> None:
        self.historian.close()
        self.historian = self._open()

    # --- what a list would answer ---
    def expected(self, from_us: int, to_us: int, as_of: int | None) -> list[Row]:
        found = [row for row in self.naive.over(self.rows, as_of) if from_us <= row[1] < to_us]
        return sorted(found, key=lambda row: (row[1], row[0]))

    def newest(self, tag: int, before_us: int, as_of: int | None) -> Row | None:
        return next((row for row in self.expected(0, before_us, as_of)[::-1] if row[0] == tag), None)

    def compare(self, as_of: int | None) -> None:
        """Every question, asked of both."""
        historian, everything = self.historian, self.expected(*ENDS, as_of)
        for limit in (None, 1, 3):
            found = historian.raw(TAGS, *ENDS, scope=ALL, limit=limit, as_of=as_of)
            assert [row for batch in found for row in batch.rows()] == everything[:limit]
        by_tag = [row for batch in historian.by_tag(TAGS, *ENDS, scope=ALL, as_of=as_of) for row in batch.rows()]
        assert by_tag == sorted(everything, key=lambda row: row[0])
        folded = historian.folded(1, *ENDS, cuts=[], extremes=True, scope=ALL, as_of=as_of)
        of_one = [row for row in everything if row[0] == 1]
        assert len(folded.ts) + folded.n.sum() == len(of_one)
        numbers = [row[2] for row in of_one if row[2] is not None]
        known = folded.value[folded.valid].tolist()
        assert (min(known, default=None), max(known, default=None)) == (
            min(numbers, default=None),
            max(numbers, default=None),
        )
        for at_us in (INSTANTS[2], INSTANTS[6], INSTANTS[9], ENDS[1]):
            bounding = historian.bounding(TAGS, at_us, scope=ALL, as_of=as_of)
            expected = {tag: row for tag in TAGS if (row := self.newest(tag, at_us, as_of)) is not None}
            assert {tag: (tag, s.ts_us, s.value, s.quality) for tag, s in bounding.items()} == expected
        assert historian.last(TAGS, scope=ALL, as_of=as_of) == historian.bounding(TAGS, ENDS[1], scope=ALL, as_of=as_of)
        for px in (1, 4, 40):
            series = historian.series(1, *ENDS, px, scope=ALL, as_of=as_of)
            columns = (series.t0_us, series.min, series.max, series.first, series.last, series.n, series.n_good)
            shown = [[None if one != one else one for one in column.tolist()] for column in columns]
            assert list(zip(*shown, strict=True)) == self.buckets(1, px, as_of)
        mean = historian.mean(1, INSTANTS[1], INSTANTS[11], scope=ALL, as_of=as_of)
        held = [self.newest(1, at_us + 1, as_of) for at_us in range(INSTANTS[1], INSTANTS[11])]
        values = [row[2] for row in held if row is not None and row[2] is not None]
        assert mean.covered_us == len(values)
        assert mean.value == (pytest.approx(sum(values) / len(values)) if values else None)

    def buckets(self, tag: int, px: int, as_of: int | None) -> list[tuple[object, ...]]:
        width_us = max(1, -(-(ENDS[1] - ENDS[0]) // px))
        answer: list[tuple[object, ...]] = []
        for t0 in range(*ENDS, width_us):
            rows = [row for row in self.expected(t0, min(ENDS[1], t0 + width_us), as_of) if row[0] == tag]
            values = [row[2] for row in rows if row[2] is not None]
            ends = (min(values), max(values), values[0], values[-1]) if values else (None,) * 4
            answer += [(t0, *ends, len(rows), sum(row[3] & 0xC0 == 0xC0 for row in rows))] if rows else []
        return answer

    def compare_latest(self) -> None:
        latest = self.historian.latest(np.array(TAGS), scope=ALL)
        last = self.historian.last(TAGS, scope=ALL)
        assert latest.heard.tolist() == [tag in last for tag in TAGS]
        for at, tag in enumerate(TAGS):
            sample = last.get(tag)
            told = (latest.ts[at], latest.quality[at]) if sample else (0, 0)
            assert told == ((sample.ts_us, sample.quality) if sample else (0, 0))
            number = sample.value if sample and sample.value is not None else None
            assert (None if np.isnan(latest.number[at]) else latest.number[at]) == number


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(STEP, min_size=1, max_size=14))
def test_every_reading_is_that_of_a_plain_list(steps: list[tuple[str, object]]) -> None:
    """Late, amended, deleted, added, taken back; in any state of sealing, after any restart, at any `as_of`."""
    with tempfile.TemporaryDirectory() as folder:
        compare_all(World(lambda: Path(folder)), steps)


@pytest.mark.postgres
@settings(max_examples=examples(12), deadline=None)
@given(st.lists(STEP, min_size=1, max_size=14))
def test_it_is_so_over_postgresql(new_postgres: str, steps: list[tuple[str, object]]) -> None:
    url = new_postgres.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as inside:
        inside.execute("drop schema if exists historian cascade")
    compare_all(World(lambda: Server(url)), steps)


def compare_all(world: World, steps: list[tuple[str, object]]) -> None:
    """After each step as known now, and at the end as known at every moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CHUNK_SAMPLES_MAX", 5)
        for step in steps:
            world.act(step)
            world.compare(None)
            world.compare_latest()
        for as_of in range(world.known + 1):
            world.compare(as_of)
    world.historian.close()


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(SAID, min_size=1, max_size=4), st.lists(ROW, min_size=1, max_size=8))
def test_the_head_brings_late_samples_as_they_count(said: list[Said], rows: list[Row]) -> None:
    """What comes after a correction is handed on as it is corrected; what people gave is not handed on again."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(lambda: Path(folder))
        for one in said:
            world.say(one)
        world.put(rows)
        (row,) = world.historian.head(0, 10)
        brought = {row for batch in row.frame.batches for row in batch.rows()}
        replaced = NaiveCorrections([one for one in world.naive.said if one.what != "insert"])
        replaced.said = [Said(**{**vars(one), "samples": ()}) for one in replaced.said]
        assert brought == set(replaced.over(rows, None))
        world.historian.close()
