"""A start is not slowed by looking for garbage where there is none; whoever serves for months looks for it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from dovetail.app.server import start_is_over
from shortcuts import put_aside


@pytest.fixture(autouse=True)
def garbage_as_before() -> Iterator[None]:
    yield
    gc.enable()
    put_aside()


@pytest.mark.parametrize("looked, frozen", [(False, True), (True, False)])
def test_once_it_is_ready_garbage_is_looked_for_in_what_comes(looked: bool, frozen: bool) -> None:
    gc.unfreeze()
    (gc.enable if looked else gc.disable)()
    start_is_over()
    assert gc.isenabled()
    assert (gc.get_freeze_count() > 1_000) == frozen
