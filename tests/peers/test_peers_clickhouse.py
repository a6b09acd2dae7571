"""A site's copy in ClickHouse reads as the site does, whatever happened there and wherever forwarding was cut."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from chdb_engine import ChdbEngine
from hypothesis import given, settings

from dovetail.forwarding import reconcile
from dovetail.packing import chunks
from shortcuts import examples
from site_and_copy import STEPS, World

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def engine() -> Iterator[ChdbEngine]:
    started = ChdbEngine()
    started.start()
    yield started
    started.stop()


@settings(max_examples=examples(60), deadline=None)
@given(STEPS)
def test_the_copy_reads_as_the_plain_list(engine: ChdbEngine, steps: list[tuple[str, object]]) -> None:
    engine.empty()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CHUNK_SAMPLES_MAX", 5)
        patch.setattr(reconcile, "FORWARD_SAMPLES_MAX", 6)
        patch.setattr(reconcile, "FORWARD_TAGS_AT_ONCE", 1)
        world = World(Path(folder), engine)
        for step in steps:
            world.act(step)
        world.end()
