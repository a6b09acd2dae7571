"""A start waits for nothing that nobody has asked for: no route is analysed, no garbage looked for where none was."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from dovetail.app.bootstrap import open_house
from dovetail.app.server import start_is_over
from dovetail.operations.late import LateRoute
from dovetail.ownership.settings import Settings
from dovetail.web.app import flat


@pytest.fixture
def garbage_as_before() -> Iterator[None]:
    yield
    gc.enable()


@pytest.mark.parametrize("looked, frozen", [(False, True), (True, False)])
def test_once_it_is_ready_garbage_is_looked_for_in_what_comes(
    garbage_as_before: None, looked: bool, frozen: bool
) -> None:
    before, made = gc.get_freeze_count(), [[] for _ in range(1_000)]
    (gc.enable if looked else gc.disable)()
    start_is_over()
    assert gc.isenabled()
    assert (gc.get_freeze_count() >= before + len(made)) == frozen


def test_an_installation_that_answers_has_analysed_none_of_its_routes(tmp_path: Path) -> None:
    """All are declared, and looked at for that: it must not cost what serving them costs."""
    with open_house(Settings(data=tmp_path / "data")) as house:
        assert house.gated
        routes = [route for route in flat(house.app.routes) if isinstance(route, LateRoute)]
        assert len(routes) > 100
        assert [route.path for route in routes if "endpoint" in vars(route)] == []
