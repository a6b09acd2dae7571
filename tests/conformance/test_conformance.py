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
from any_order import ROWS, SAID, AnyOrder, lives
from plain_samples import Row, Said, distinct, shown
from samples_stores import FileStore, ServerStore
from site_life import Life


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
