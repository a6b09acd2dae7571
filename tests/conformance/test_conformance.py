"""Whatever happens to samples, in whatever order: every question is answered as a plain list in memory answers it.

In files and in PostgreSQL, as it is now and as it was known; `site_reads` asks, `any_order` says what may happen. What
a copy elsewhere answers is held against the same list in tests/forwarding and, for ClickHouse, in tests/peers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from any_order import GOOD, IN_LONG, IN_SHORT, ROWS, SAID, AnyOrder, Form, lives
from dovetail.aggregates.names import Config
from dovetail.aggregates.places import named
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.recaps.service import Asked
from plain_samples import Row, Said, distinct, shown
from records_places import ServerRecords
from samples_stores import FileStore, ServerStore
from site_life import ALL, FORCE, MONTH_ENDS_US, SPEED, Life

type Tell = Callable[[str], None]


@pytest.fixture(scope="module")
def server(postgres_url: str) -> Iterator[ServerStore]:
    store = ServerStore(postgres_url, "conformance")
    yield store
    store.close()


@pytest.fixture(scope="module")
def records(server: ServerStore) -> Iterator[ServerRecords]:
    """In the same database as the samples, as a plant has it."""
    place = ServerRecords(server.url.replace("postgresql://", "postgresql+psycopg://"))
    yield place
    place.close()


def all_in_files(form: Form) -> str:
    def make(folder: Path) -> Life:
        return Life(folder, FileStore(folder / "samples"))

    return lives(AnyOrder, make, "samples and records in files", form)


def all_in_postgresql(server: ServerStore, records: ServerRecords, form: Form) -> str:
    def make(folder: Path) -> Life:
        server.empty()
        records.empty()
        return Life(folder, server, records)

    return lives(AnyOrder, make, "samples and records in PostgreSQL", form)


def in_both(records: ServerRecords, form: Form) -> str:
    def make(folder: Path) -> Life:
        records.empty()
        return Life(folder, FileStore(folder / "samples"), records)

    return lives(AnyOrder, make, "samples in files, records in PostgreSQL", form)


def test_in_files_every_answer_is_that_of_a_plain_list(tell: Tell) -> None:
    tell(all_in_files(IN_SHORT))


@pytest.mark.postgres
def test_in_postgresql_every_answer_is_that_of_a_plain_list(
    server: ServerStore, records: ServerRecords, tell: Tell
) -> None:
    tell(all_in_postgresql(server, records, IN_SHORT))


@pytest.mark.postgres
def test_with_records_in_postgresql_every_answer_is_that_of_a_plain_list(records: ServerRecords, tell: Tell) -> None:
    tell(in_both(records, IN_SHORT))


@pytest.mark.soak
def test_in_files_long_lives_are_answered_so(tell: Tell) -> None:
    tell(all_in_files(IN_LONG))


@pytest.mark.soak
@pytest.mark.postgres
def test_in_postgresql_long_lives_are_answered_so(server: ServerStore, records: ServerRecords, tell: Tell) -> None:
    tell(all_in_postgresql(server, records, IN_LONG))


@pytest.mark.soak
@pytest.mark.postgres
def test_with_records_in_postgresql_long_lives_are_answered_so(records: ServerRecords, tell: Tell) -> None:
    tell(in_both(records, IN_LONG))


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


@pytest.mark.parametrize("end", [(1.5, None), (None, 1.5), (1.5, 4.0)])
def test_of_two_samples_at_the_end_of_a_line_the_last_one_is_its_bound(
    life: Life, end: tuple[float | None, ...]
) -> None:
    begin_us, end_us = MONTH_ENDS_US + 10 * HOUR_US, MONTH_ENDS_US + 11 * HOUR_US
    life.send([(SPEED, begin_us, 4.0, GOOD), *((SPEED, end_us, one, 0x08 if one is None else GOOD) for one in end)])
    recap = life.recaps.over(
        [SPEED], named([(begin_us, end_us)]), Asked(("EndBound",), Config(stepped=False)), scope=ALL
    )
    assert [None if value != value else value for value in recap.results["EndBound"].value[0].tolist()] == [end[-1]]


@pytest.mark.parametrize("between", [[], [(SPEED, MONTH_ENDS_US + 9 * HOUR_US, None, 0x08)]])
def test_a_line_goes_on_through_the_two_newest_samples_though_both_lie_before(life: Life, between: list[Row]) -> None:
    begin_us = MONTH_ENDS_US + 8 * HOUR_US
    life.send([(SPEED, begin_us, 4.0, GOOD), *between, (SPEED, begin_us + 2 * HOUR_US, 6.0, GOOD)])
    over = named([(begin_us + 3 * HOUR_US, begin_us + 7 * HOUR_US)])
    asked = Asked(("Interpolative",), Config(stepped=False, sloped_extrapolation=True))
    recap = life.recaps.over([SPEED], over, asked, scope=ALL)
    assert recap.results["Interpolative"].value[0].tolist() == [7.0]
