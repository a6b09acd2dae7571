"""The floor that the tests of computed tags stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from virtual_floor import Floor, opened


@pytest.fixture
def new_floor(tmp_path: Path) -> Iterator[Callable[[], Floor]]:
    """Floors of their own, as many as a test asks for."""
    made: list[Floor] = []

    def make() -> Floor:
        made.append(opened(tmp_path, len(made)))
        return made[-1]

    yield make
    for floor in made:
        floor.historian.close()
        floor.database.close()


@pytest.fixture
def floor(new_floor: Callable[[], Floor]) -> Floor:
    return new_floor()
