"""What the equipment room and the plant code tell: definitions changed and are valid from a moment on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlantApplied:
    """A plant version became active; every room reads its definitions anew."""

    version: int
    valid_from_us: int
    known: int
