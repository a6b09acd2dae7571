"""A site's copy in PostgreSQL reads as the site does, whatever happened there and wherever forwarding was cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from stores_of_copies import ServerElsewhere

from any_order import IN_LONG, IN_SHORT, lives_with_copy

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
