"""Addresses that a controller said it does not have: asked for again now and then, for its program may be changed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final

from dovetail.core.clock import SECOND_US

AGAIN_US: Final = 5 * SECOND_US  # what comes back is seen within ten seconds
AT_ONCE_MAX: Final = 4  # in one read: a list of a thousand wrong addresses is no reason for a thousand questions


@dataclass(frozen=True, slots=True)
class _Refusal:
    code: int
    again_us: int  # 0: at once


class Refusals[Key: Hashable]:
    """With which code the device refused what, and when that is asked for again."""

    def __init__(self) -> None:
        self._held: dict[Key, _Refusal] = {}

    def note(self, key: Key, code: int, *, now_us: int) -> None:
        """The device does not have it."""
        self._held[key] = _Refusal(code, now_us + AGAIN_US)

    def accept(self, key: Key) -> bool:
        """The device has it; whether that is news. Then the others may be back too, and are asked for at once."""
        if self._held.pop(key, None) is None:
            return False
        self._held = {other: _Refusal(held.code, 0) for other, held in self._held.items()}
        return True

    def asleep(self, keys: Mapping[int, Key], *, now_us: int) -> dict[int, int]:
        """Of these (index → key) the ones that are not asked for now: index → code."""
        held = {at: self._held[key] for at, key in keys.items() if key in self._held}
        due = sorted((refusal.again_us, at) for at, refusal in held.items() if 0 < refusal.again_us <= now_us)
        asked = {at for _, at in due[:AT_ONCE_MAX]}
        return {at: refusal.code for at, refusal in held.items() if refusal.again_us and at not in asked}
