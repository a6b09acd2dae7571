"""A site's copy in PostgreSQL reads as the site does, whatever happened there and wherever forwarding was cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stores_of_copies import ServerElsewhere

from any_order import IN_LONG, IN_SHORT, lives_with_copy
from samples_stores import FileStore
from site_copied import CopiedLife
from site_life import FORCE, MONTH_ENDS_US, SPEED

pytestmark = pytest.mark.postgres
WHERE = "a copy in PostgreSQL"


@pytest.fixture(scope="module")
def elsewhere(postgres_url: str) -> Iterator[ServerElsewhere]:
    place = ServerElsewhere(postgres_url)
    yield place
    place.close()


def test_the_copy_reads_as_the_plain_list(elsewhere: ServerElsewhere, tell: Callable[[str], None]) -> None:
    tell(lives_with_copy(elsewhere, WHERE, IN_SHORT))


@pytest.mark.soak
def test_the_copy_of_a_long_life_does_so(elsewhere: ServerElsewhere, tell: Callable[[str], None]) -> None:
    tell(lives_with_copy(elsewhere, WHERE, IN_LONG))


# --- what it has found ------------------------------------------------------------------------------------------------
def test_what_came_back_from_an_archive_is_in_the_copy_before_it_is_sealed_here(
    elsewhere: ServerElsewhere, tmp_path: Path
) -> None:
    elsewhere.empty()
    life = CopiedLife(tmp_path, FileStore(tmp_path / "samples"), elsewhere)
    rows = [
        (SPEED, MONTH_ENDS_US - 2, 1.5, 0xC0),
        (FORCE, MONTH_ENDS_US - 2, 2.0, 0xC0),
        (SPEED, MONTH_ENDS_US, 3.0, 0xC0),
    ]
    life.send(list(rows))
    life.seal()
    life.forward()
    life.pass_time(100 * 24)
    life.keep()
    life.bring()
    assert [row[0] for row in life.expected()] == [FORCE, SPEED]
    for step in (life.forward, life.seal, life.forward):
        step()
        assert elsewhere.rows() == rows
    life.close()
