"""What the kill tests share: the process that servers are forked from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest
from kills_world import Cradle


@pytest.fixture(scope="session")
def cradle() -> Iterator[Cradle]:
    """One for the session: importing takes longer than living."""
    made = Cradle()
    yield made
    made.close()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Say something beside the dots: how much of the long form was run."""

    def aloud(text: str) -> None:
        with capsys.disabled():
            print(f"\n    {text}", file=sys.stderr, flush=True)  # a worker's stdout is its wire to the others

    return aloud
