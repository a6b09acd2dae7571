"""What a computed tag is: its expression over other tags, in which order they follow from each other, and until when.

Pure. Names in an expression are properties of the same equipment; `tag("../capper.good")` names others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from dovetail.core.batch import Kind
from dovetail.core.errors import NotFoundError
from dovetail.equipment.model import GOOD_THROUGH, PlantModel, Tag
from dovetail.expr.checking import Expression, Meaning, check
from dovetail.expr.errors import ExpressionError
from dovetail.expr.evaluate import KINDS
from dovetail.expr.naming import EXPRESSIONS_KEPT, full_path, names_in

KIND_OF: Final[Mapping[str, Kind]] = {"number": Kind.F64, "bool": Kind.BOOL, "text": Kind.STR}
FIRST_US: Final = -(1 << 62)
LAST_US: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Definition:
    """A computed tag. `inputs`: the tag ids of the names in its expression."""

    tag: int
    path: str
    equipment_id: int
    kind: Kind
    expression: Expression
    inputs: Mapping[str, int]


def inputs_of(plant: PlantModel, own: str, names: Iterable[str]) -> dict[str, Tag | None]:
    """The tags that names in an expression of the equipment `own` mean; None: there is no such tag."""
    return {name: _found(plant, full_path(own, name)) for name in names}


def meaning_of(tag: Tag | None) -> Meaning | None:
    """What the language knows of a tag; None where it cannot be computed with."""
    return None if tag is None or tag.kind not in KINDS else Meaning(KINDS[tag.kind], tag.unit)


def defined(plant: PlantModel, tag: Tag) -> Definition | None:
    """The definition of a tag with an expression; None where what it names is not in this plant."""
    if tag.expression is None or tag.equipment_id is None:
        return None
    own = plant.equipment[tag.equipment_id].path
    named = inputs_of(plant, own, names_in(tag.expression))
    expression = _checked(tag.expression, tuple((name, meaning_of(found)) for name, found in named.items()))
    if expression is None:
        return None
    inputs = {name: found.id for name, found in named.items() if found is not None}
    return Definition(tag.id, tag.path, tag.equipment_id, tag.kind, expression, inputs)


@lru_cache(maxsize=EXPRESSIONS_KEPT)
def _checked(text: str, meanings: tuple[tuple[str, Meaning | None], ...]) -> Expression | None:
    """The expression over signals of these meanings; None where it is none."""
    known = dict(meanings)
    try:
        return check(text, lambda name: known[name])
    except ExpressionError:
        return None


def _found(plant: PlantModel, path: str) -> Tag | None:
    try:
        return plant.tag_by_path(path)
    except NotFoundError:
        return None


def definitions(plant: PlantModel) -> dict[int, Definition]:
    """Every computed tag of a plant, those first that others follow from."""
    found = (defined(plant, tag) for tag in plant.tags.values())
    by_tag = {one.tag: one for one in found if one is not None}
    order = ordered({tag: tuple(one.inputs.values()) for tag, one in by_tag.items()})
    return {tag: by_tag[tag] for tag in order}


def ordered[K](graph: Mapping[K, Sequence[K]]) -> list[K]:
    """The keys, each after those it names; those in a circle are left out, with all that follow from them."""
    done: dict[K, bool] = {}
    order: list[K] = []
    for start in graph:
        waiting: list[tuple[K, bool]] = [(start, False)]
        while waiting:
            key, is_open = waiting.pop()
            if is_open:
                done[key] = all(done.get(below, True) for below in graph[key] if below in graph)
                order += [key] if done[key] else []
            elif key not in done:
                done[key] = False  # until it is closed: whoever meets it before stands in a circle
                waiting.append((key, True))
                waiting.extend((below, False) for below in graph[key] if below in graph and below not in done)
    return order


def circles[K](graph: Mapping[K, Sequence[K]]) -> list[list[K]]:
    """The circles in a graph, each once, from its first key on back to it."""
    settled = set(ordered(graph))
    found: list[list[K]] = []
    met: set[K] = set()
    for start in graph:
        if start in settled or start in met:
            continue
        way: list[K] = [start]
        while way[-1] not in met:
            met.add(way[-1])
            onward = [below for below in graph[way[-1]] if below in graph and below not in settled]
            if not onward:
                break
            if onward[0] in way:
                found.append([*way[way.index(onward[0]) :], onward[0]])
                break
            way.append(onward[0])
    return found


class Book:
    """The definitions at every moment, read when first asked for."""

    def __init__(self, plant_at: Callable[[int], PlantModel], starts: Sequence[int], *, versions: int) -> None:
        self._starts = sorted(set(starts))[-versions:]
        self._plant_at = plant_at
        self._read = lru_cache(maxsize=versions)(self._defined)
        self.every = cache(self._every)

    def _defined(self, start_us: int) -> dict[int, Definition]:
        return definitions(self._plant_at(start_us))

    def at(self, moment_us: int) -> dict[int, Definition]:
        """Every computed tag at a moment; of a moment before all that is kept, none."""
        before = bisect_right(self._starts, moment_us)
        return self._read(self._starts[before - 1]) if before else {}

    def newest(self) -> dict[int, Definition]:
        """Every computed tag as the newest plant has it."""
        return self.at(LAST_US)

    def _every(self) -> dict[int, list[Definition]]:
        """All definitions that a tag has or had, by tag."""
        found: dict[int, list[Definition]] = {}
        for start in self._starts:
            for tag, one in self._read(start).items():
                found.setdefault(tag, []).append(one)
        return found

    def is_newest(self, after_us: int) -> bool:
        """Whether after a moment nothing but the newest plant holds."""
        return bool(self._starts) and self._starts[-1] <= after_us + 1

    def first_us(self, tag: int) -> int | None:
        """From when on a tag is computed; None for one that never was."""
        return next((start for start in self._starts if tag in self._read(start)), None)

    def periods(self, tag: int, from_us: int, to_us: int) -> list[tuple[int, int, Definition | None]]:
        """(from_us, to_us] in pieces (after, upto, definition), each with another definition than the one before."""
        inside = [start - 1 for start in self._starts if from_us < start <= to_us]
        found: list[tuple[int, int, Definition | None]] = []
        edges = [from_us, *(edge for edge in inside if edge > from_us), to_us]
        for after, upto in pairwise(edges):
            one = self.at(after + 1).get(tag)
            if found and is_same(found[-1][2], one):
                found[-1] = (found[-1][0], upto, one)
            else:
                found.append((after, upto, one))
        return found


def is_same(first: Definition | None, second: Definition | None) -> bool:
    """Whether a tag says the same by both of two definitions of it."""
    if first is None or second is None:
        return first is second
    return first is second or (first.expression.text, dict(first.inputs), first.kind) == (
        second.expression.text,
        dict(second.inputs),
        second.kind,
    )


def mark_of(plant: PlantModel, equipment_id: int) -> int | None:
    """The tag that says how far the computed tags of an equipment are known; None where it has none."""
    tag = plant.tags_of(equipment_id).get(GOOD_THROUGH)
    return None if tag is None else tag.id
