"""The plant as all its files together say it: sections with their entries, validated, and where each thing stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from pydantic import BaseModel

from dovetail.plantcode.reader import Map, Seq
from dovetail.plantcode.report import Path, Place


class Plant:
    """What was read. `names` also holds entries that are themselves faulty, so that references to them are no fault."""

    def __init__(self) -> None:
        self._sections: dict[str, Map] = {}
        self._files: dict[tuple[str, str], str] = {}  # the file of each entry
        self._heads: dict[str, Place] = {}  # where a section first stands
        self._entries: dict[str, dict[str, BaseModel]] = {}
        self._derived: dict[str, Any] = {}
        self.first_file = "plant"

    # --- filled while reading --------------------------------------------------------------------------------
    def add_section(self, key: str, place: Place) -> Map:
        """The (possibly still empty) merged mapping of a section."""
        self._heads.setdefault(key, place)
        return self._sections.setdefault(key, Map())

    def add_entry(self, section: str, entry: str, *, value: object, mark: tuple[int, int, int, int], file: str) -> None:
        """Put one raw entry under its section and remember its file."""
        target = self._sections[section]
        target[entry] = value
        target.marks[entry] = mark
        self._files[section, entry] = file

    def accept(self, section: str, entry: str, model: BaseModel) -> None:
        """This entry fits its schema."""
        self._entries.setdefault(section, {})[entry] = model

    def place_of_entry(self, section: str, entry: str) -> Place | None:
        """Where an entry's key stands; None when there is no such entry."""
        file = self._files.get((section, entry))
        if file is None:
            return None
        line, col, _, _ = self._sections[section].marks[entry]
        return Place(file, line + 1, col + 1)

    # --- asked by sections -----------------------------------------------------------------------------------
    def entries[M: BaseModel](self, section: str, model: type[M]) -> dict[str, M]:
        """The entries of a section that fit their schema, by key, in the order of the files."""
        return cast(dict[str, M], self._entries.get(section, {}))

    def single[M: BaseModel](self, section: str, model: type[M]) -> M | None:
        """The one entry of a `single` section, if it is there and fits."""
        return cast(M | None, self._entries.get(section, {}).get(""))

    def names(self, section: str) -> frozenset[str]:
        """The keys of all entries of a section, faulty ones included."""
        return frozenset(self._sections.get(section, ()))

    def raw(self, *path: str | int) -> Any:
        """The plain data at a path, None where there is nothing."""
        value: Any = self._sections
        for key in path:
            value = _step(value, key)
        return value

    def has(self, *path: str | int) -> bool:
        """Whether something stands in the files at this path."""
        value: Any = self._sections
        for key in path:
            value = _step(value, key, missing=_MISSING)
        return value is not _MISSING

    def once[T](self, name: str, build: Callable[[], T]) -> T:
        """What `build` gives, built once for this plant: for resolutions that several checks share."""
        if name not in self._derived:
            self._derived[name] = build()
        return self._derived[name]

    def locate(self, path: Path, *, key: bool = False) -> tuple[Place, Any]:
        """The place of the longest part of a path that exists, and the scalar there (None for mappings and lists)."""
        section = str(path[0]) if path else ""
        if section not in self._sections:
            return Place(self.first_file, 1, 1), None
        place, value = self._heads[section], cast(Any, self._sections[section])
        file = place.file
        scalar: Any = None
        for depth, step in enumerate(path[1:]):
            mark = _mark(value, step)
            if mark is None:
                return place, None
            if depth == 0:
                file = self._files.get((section, str(step)), file)
            value = _step(value, step)
            scalar = None if isinstance(value, Map | Seq) else value
            line, col = mark[:2] if scalar is None or key else mark[2:]
            place = Place(file, line + 1, col + 1)
        return place, scalar


_MISSING: Any = object()


def _step(value: Any, key: str | int, *, missing: Any = None) -> Any:
    if isinstance(value, dict):
        return cast(dict[str, Any], value).get(str(key), missing)
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(cast(list[Any], value)):
        return cast(list[Any], value)[key]
    return missing


def _mark(value: Any, key: str | int) -> tuple[int, int, int, int] | None:
    if isinstance(value, Map):
        return value.marks.get(str(key))
    if isinstance(value, Seq) and isinstance(key, int) and 0 <= key < len(value):
        return value.marks[key]
    return None
