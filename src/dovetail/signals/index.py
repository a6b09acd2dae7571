"""Find tags among a hundred thousand: what does not change with a value is worked out once per plant.

Positions are places in the order of the paths, the order of an answer where nothing else is asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.equipment.model import PlantModel, Tag
from dovetail.historian.model import Latest
from dovetail.signals.model import INTERNAL, Asked, Grade

type Positions = NDArray[np.intp]

_DIGITS: Final = re.compile(r"(\d+)")
_MAJOR: Final[dict[int, Grade]] = {0xC0: "good", 0x40: "uncertain"}  # OPC DA; the two others are bad
_GRADES: Final[tuple[Grade, ...]] = ("good", "uncertain", "bad")


def fold(text: str) -> str:
    """Without accents and capitals: `Füller` is found by `fuller`."""
    if text.isascii():
        return text.lower()
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one)).casefold()


def natural(text: str) -> tuple[tuple[str, int], ...]:
    """A key by which `temp9` stands before `temp10`."""
    parts = _DIGITS.split(fold(text))
    numbers = [int(digits) for digits in parts[1::2]]
    return tuple(zip(parts[::2], [*numbers, -1], strict=True))


class TagIndex:
    """The tags of one plant that belong to equipment; a connection's own tags are shown with the connection."""

    def __init__(self, plant: PlantModel) -> None:
        self.plant = plant
        owned = [tag for tag in plant.tags.values() if tag.equipment_id is not None]
        self.tags: list[Tag] = sorted(owned, key=lambda tag: natural(tag.path))
        self.ids = np.array([tag.id for tag in self.tags], dtype=np.int64)
        self._owner = np.array([tag.equipment_id for tag in self.tags], dtype=np.int64)
        self._kind = np.array([int(tag.kind) for tag in self.tags], dtype=np.uint8)
        self._ranks: dict[str, NDArray[np.int64]] = {}

    @cached_property
    def _folded(self) -> list[str]:
        return [fold(f"{tag.path} {tag.address or ''}") for tag in self.tags]

    def of(self, equipment: Iterable[int] | None) -> Positions:
        """The tags of some equipment; None: of all."""
        if equipment is None:
            return np.arange(len(self.tags))
        return np.flatnonzero(np.isin(self._owner, np.array(list(equipment), dtype=np.int64)))

    def fitting(self, within: Positions, asked: Asked) -> Positions:
        """Those of `within` that fit what does not change with a value."""
        if asked.kind is not None:
            within = within[self._kind[within] == int(asked.kind)]
        if asked.connection is not None:
            wanted = None if asked.connection == INTERNAL else asked.connection
            within = _keep(within, lambda at: self.tags[at].connection == wanted)
        parts, folded = fold(asked.text).split(), self._folded
        for part in sorted(parts, key=len, reverse=True):  # the longest leaves the fewest to look at
            within = _keep(within, lambda at, part=part: part in folded[at])
        return within

    def ordered(self, found: Positions, asked: Asked) -> Positions:
        """In the order asked for, which must be one by what does not change; equal ones by path."""
        by_path = asked.sort == "equipment"  # whose tags lie together in the order of the paths
        order = found if by_path else found[np.argsort(self._rank(asked.sort)[found], kind="stable")]
        return order[::-1] if asked.down else order

    def _rank(self, sort: str) -> NDArray[np.int64]:
        if sort not in self._ranks:
            names = [self._name(sort, tag) for tag in self.tags]
            place = {name: at for at, name in enumerate(sorted(set(names), key=natural))}
            self._ranks[sort] = np.array([place[name] for name in names], dtype=np.int64)
        return self._ranks[sort]

    @staticmethod
    def _name(sort: str, tag: Tag) -> str:
        match sort:
            case "property":
                return tag.property
            case "address":
                return tag.address or ""
            case _:
                return tag.connection or ""


def by_newest(found: Positions, newest: Latest, asked: Asked) -> Positions:
    """Those of the grade asked for, in the order of what is newest where that is asked for.

    `newest` is row by row what is newest of `found`. What was never heard of stands first, then numbers, then texts;
    equal ones keep their order.
    """
    if asked.grade is not None:
        kept = newest.heard & (_grades(newest) == _GRADES.index(asked.grade))
        found, newest = found[kept], newest.take(kept)
    if not asked.is_by_newest:
        return found
    order = np.lexsort(tuple(reversed(_keys(newest, asked.sort))))
    return found[order[::-1] if asked.down else order]


def _keys(newest: Latest, sort: str) -> list[NDArray[np.generic]]:
    heard = newest.heard
    never = np.iinfo(np.int64).min
    match sort:
        case "quality":
            return [np.where(heard, _grades(newest), len(_GRADES))]
        case "ts":
            return [np.where(heard, newest.ts, never)]
        case "device":
            return [np.where(heard & (newest.device != newest.ts), newest.device, never)]
        case _:
            texts = newest.text != ""
            place = {text: at for at, text in enumerate(sorted(set(newest.text[texts].tolist()), key=natural))}
            rank = np.array([place.get(text, -1) for text in newest.text.tolist()], dtype=np.int64)
            return [texts, np.where(np.isnan(newest.number), -np.inf, newest.number), rank]


def _grades(newest: Latest) -> NDArray[np.intp]:
    """0 good, 1 uncertain, 2 bad."""
    grades = np.array([_GRADES.index(_MAJOR.get(byte & 0xC0, "bad")) for byte in range(256)], dtype=np.intp)
    return grades[newest.quality & 0xFF]


def _keep(within: Positions, fits: Callable[[int], bool]) -> Positions:
    return np.array([at for at in within.tolist() if fits(at)], dtype=np.intp)
