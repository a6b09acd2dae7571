"""Whatever happens to samples, in whatever order: every question is answered as a plain list in memory answers it.

In files and in PostgreSQL, as it is now and as it was known; `site_reads` asks, `any_order` says what may happen. What
a copy elsewhere answers is held against the same list in tests/forwarding and, for ClickHouse, in tests/peers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shortcuts
from any_order import GOOD, ROWS, SAID, AnyOrder, lives
from dovetail.aggregates.names import Config
from dovetail.aggregates.places import named
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.recaps.service import Asked
from plain_samples import Row, Said, distinct, shown
from samples_stores import FileStore, ServerStore
from site_life import ALL, FORCE, MONTH_ENDS_US, SPEED, Life


@pytest.fixture(scope="module")
def server(postgres_url: str) -> Iterator[ServerStore]:
    store = ServerStore(postgres_url, "conformance")
    yield store
    store.close()


def in_files(*, steps: int, examples: int) -> None:
    lives(AnyOrder, lambda folder: Life(folder, FileStore(folder / "samples")), steps=steps, examples=examples)


def in_postgresql(server: ServerStore, *, steps: int, examples: int) -> None:
    def make(folder: Path) -> Life:
        server.empty()
        return Life(folder, server)

    lives(AnyOrder, make, steps=steps, examples=examples)


def test_in_files_every_answer_is_that_of_a_plain_list() -> None:
    in_files(steps=15, examples=shortcuts.examples(80))


@pytest.mark.postgres
def test_in_postgresql_every_answer_is_that_of_a_plain_list(server: ServerStore) -> None:
    in_postgresql(server, steps=15, examples=shortcuts.examples(40))


@pytest.mark.soak
def test_in_files_long_lives_are_answered_so() -> None:
    in_files(steps=40, examples=400)


@pytest.mark.soak
@pytest.mark.postgres
def test_in_postgresql_long_lives_are_answered_so(server: ServerStore) -> None:
    in_postgresql(server, steps=40, examples=150)


@given(said=st.lists(SAID, min_size=1, max_size=4), rows=ROWS)
def test_the_head_brings_late_samples_as_they_count(said: list[Said], rows: list[Row]) -> None:
    """What comes after a correction is handed on as it is corrected; what people gave is not handed on again."""
    with TemporaryDirectory() as folder:
        life = Life(Path(folder), FileStore(Path(folder) / "samples"))
        for one in said:
            life.say(one)
        life.send(rows)
        expected = distinct(one.row for one in life.plain.sent)
        for one in [one for one in said if one.what != "insert"]:
            expected = replace(one, samples=()).over(expected)
        brought = [row for found in life.historian.head(0, 10) for batch in found.frame.batches for row in batch.rows()]
        assert {shown(row) for row in brought} == {shown(row) for row in expected}
        life.close()


# --- what it has found ------------------------------------------------------------------------------------------------
HELD = [(FORCE, MONTH_ENDS_US + 100, 1.0, GOOD), (FORCE, MONTH_ENDS_US + 1_000, 2.0, GOOD)]
SINCE = named([(MONTH_ENDS_US + 600, MONTH_ENDS_US + 1_100)])  # of the chunk they lie in the first one lies before


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    lived = Life(tmp_path, FileStore(tmp_path / "samples"))
    lived.send(HELD)
    lived.seal()
    yield lived
    lived.close()


def mean_since(life: Life) -> float:
    recap = life.recaps.over([FORCE], SINCE, Asked(("TimeAverage2",), Config()), scope=ALL)
    return float(recap.results["TimeAverage2"].value[0, 0])


def test_what_came_late_and_is_not_sealed_holds_at_the_beginning_of_an_interval(life: Life) -> None:
    life.send([(FORCE, MONTH_ENDS_US + 500, 7.0, GOOD)])
    assert mean_since(life) == (7.0 * 400 + 2.0 * 100) / 500


@pytest.mark.parametrize(
    ("said", "mean"),
    [
        (Said(FORCE, MONTH_ENDS_US, MONTH_ENDS_US + 300, "delete"), 2.0),
        (Said(FORCE, MONTH_ENDS_US, MONTH_ENDS_US + 300, "change", value=4.0), (4.0 * 400 + 2.0 * 100) / 500),
        (
            Said(FORCE, MONTH_ENDS_US, MONTH_ENDS_US + 300, "insert", samples=((MONTH_ENDS_US + 200, 4.0),)),
            (4.0 * 400 + 2.0 * 100) / 500,
        ),
    ],
)
def test_what_was_corrected_before_an_interval_holds_at_its_beginning(life: Life, said: Said, mean: float) -> None:
    life.say(said)
    assert mean_since(life) == mean


@pytest.mark.parametrize("spans", [[(600, 1_000)], [(600, 1_000), (1_000, 1_100)]])
def test_a_sample_at_the_very_end_is_its_bound_whatever_else_is_asked(life: Life, spans: list[tuple[int, int]]) -> None:
    intervals = named([(MONTH_ENDS_US + start, MONTH_ENDS_US + end) for start, end in spans])
    recap = life.recaps.over([FORCE], intervals, Asked(("EndBound", "DeltaBounds"), Config()), scope=ALL)
    assert [recap.results[name].value[0, 0] for name in ("EndBound", "DeltaBounds")] == [2.0, 1.0]


def test_of_two_samples_at_the_beginning_of_an_interval_the_last_one_holds(life: Life) -> None:
    begin_us = MONTH_ENDS_US + 10 * HOUR_US
    life.send([(SPEED, begin_us, 4.0, GOOD), (SPEED, begin_us, 6.0, GOOD), (SPEED, begin_us + HOUR_US, 5.0, GOOD)])
    life.seal()
    recap = life.recaps.over(
        [SPEED], named([(begin_us, begin_us + 2 * DAY_US)]), Asked(("StartBound",), Config()), scope=ALL
    )
    assert recap.results["StartBound"].value[0, 0] == 6.0
