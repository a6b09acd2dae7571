"""What may be wrong with a device's first point where the bench itself writes what is told of it."""

from __future__ import annotations


class FirstPoint:
    """Whether the first point is away, or holds a text instead of a number."""

    _is_lost = False
    _is_text = False

    async def lose(self) -> None:
        self._is_lost = True

    async def find(self) -> None:
        self._is_lost = False

    async def retype(self) -> None:
        self._is_text = True

    async def untype(self) -> None:
        self._is_text = False
