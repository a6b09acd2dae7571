"""A site's copy in PostgreSQL reads as the site does, whatever happened there and wherever forwarding was cut."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from stores_of_copies import ServerElsewhere

from dovetail.forwarding import reconcile
from dovetail.packing import chunks
from shortcuts import examples
from site_and_copy import STEPS, World

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def elsewhere(postgres_url: str) -> Iterator[ServerElsewhere]:
    place = ServerElsewhere(postgres_url)
    yield place
    place.close()


@settings(max_examples=examples(60), deadline=None)
@given(STEPS)
def test_the_copy_reads_as_the_plain_list(elsewhere: ServerElsewhere, steps: list[tuple[str, object]]) -> None:
    elsewhere.empty()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CHUNK_SAMPLES_MAX", 5)
        patch.setattr(reconcile, "FORWARD_SAMPLES_MAX", 6)
        patch.setattr(reconcile, "FORWARD_TAGS_AT_ONCE", 1)
        world = World(Path(folder), elsewhere)
        for step in steps:
            world.act(step)
        world.end()
