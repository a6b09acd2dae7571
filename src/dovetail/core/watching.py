"""How a question that takes long says how far it is, to whoever waits for its answer."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager

type Watching = Callable[[int], AbstractContextManager[Callable[[int], None]]]
"""Say that work of so many steps is under way, and how many are done."""


@contextmanager
def unwatched(_steps: int) -> Generator[Callable[[int], None]]:
    """Nobody is told."""
    yield lambda _done: None
