"""A site's copy in PostgreSQL reads as the site does, whatever happened there and wherever forwarding was cut."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stores_of_copies import ServerElsewhere

from any_order import lives_with_copy
from shortcuts import examples

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def elsewhere(postgres_url: str) -> Iterator[ServerElsewhere]:
    place = ServerElsewhere(postgres_url)
    yield place
    place.close()


def test_the_copy_reads_as_the_plain_list(elsewhere: ServerElsewhere) -> None:
    lives_with_copy(elsewhere, steps=15, examples=examples(40))


@pytest.mark.soak
def test_the_copy_of_a_long_life_does_so(elsewhere: ServerElsewhere) -> None:
    lives_with_copy(elsewhere, steps=40, examples=150)
