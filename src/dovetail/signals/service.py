"""The signals room: what is known of tags, as the plant and the historian have it. It keeps nothing of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Scope
from dovetail.drivers.base import native_words
from dovetail.equipment.model import Equipment, PlantModel, Tag
from dovetail.historian.model import Sample
from dovetail.historian.service import Historian
from dovetail.signals.index import TagIndex, by_newest
from dovetail.signals.model import Asked, Purpose
from dovetail.signals.uses import figures, purposes
from dovetail.virtual.model import inputs_of, names_in

VIEW: Final = "plant.view"


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of what was found: its tags, their newest samples, how many fit and how many there are in all."""

    tags: list[Tag]
    newest: Mapping[int, Sample]
    total: int
    all: int


@dataclass(frozen=True, slots=True)
class Used:
    """A purpose, the equipment whose mapping says so, and those whose figures follow, as far as the caller sees."""

    purpose: Purpose
    equipment: Equipment
    figures: list[Equipment]


class SignalsRoom:
    """All methods are thread-safe."""

    def __init__(self, *, plant: Callable[[], PlantModel], historian: Historian) -> None:
        self.plant = plant
        self._historian = historian
        self._index: TagIndex | None = None

    def index(self) -> TagIndex:
        """Of the plant as it stands; made once for each plant."""
        plant, index = self.plant(), self._index
        if index is None or index.plant is not plant:
            index = self._index = TagIndex(plant)
        return index

    def find(self, asked: Asked, *, scope: Scope, skip: int, limit: int) -> Found:
        """A stretch of the tags that fit. Raises NotFoundError for an equipment outside the scope."""
        index, seen = self.index(), scope.equipment(VIEW)
        if asked.equipment is not None:
            scope.require(VIEW, asked.equipment)
            below = index.plant.subtree(asked.equipment)
            seen = below if seen is None else below & seen
        own = index.of(seen)
        found = index.fitting(own, asked)
        if asked.is_live:
            found = by_newest(found, self._historian.latest(index.ids[found], scope=scope), asked)
        if not asked.is_by_newest:
            found = index.ordered(found, asked)
        tags = [index.tags[int(at)] for at in found[skip : skip + limit]]
        return Found(tags, self._last(tags, scope), len(found), len(own))

    def _last(self, tags: Iterable[Tag], scope: Scope) -> Mapping[int, Sample]:
        ids = [tag.id for tag in tags]
        return self._historian.last(ids, scope=scope) if ids else {}

    def one(self, tag_id: int, *, scope: Scope) -> tuple[Tag, Sample | None]:
        """A tag of an equipment, and its newest sample. Raises NotFoundError out of scope."""
        tag = self.plant().tags.get(tag_id)
        if tag is None or tag.equipment_id is None:
            raise NotFoundError("there is no such tag")
        scope.require(VIEW, tag.equipment_id)
        return tag, self._last([tag], scope).get(tag_id)

    def used_for(self, tag: Tag, *, scope: Scope) -> list[Used]:
        """What a tag is read for."""
        plant = self.plant()
        if tag.equipment_id is None:
            return []
        return [
            Used(
                purpose,
                plant.equipment[purpose.equipment_id],
                [node for node in figures(plant, purpose) if scope.sees(VIEW, node.id)],
            )
            for purpose in purposes(plant, tag.equipment_id).get(tag.id, ())
        ]

    def inputs_of(self, tag: Tag) -> dict[str, Tag]:
        """The tags that a computed tag follows from, by their names in its expression; none for any other."""
        plant = self.plant()
        if tag.expression is None or tag.equipment_id is None:
            return {}
        named = inputs_of(plant, plant.equipment[tag.equipment_id].path, names_in(tag.expression))
        return {name: found for name, found in named.items() if found is not None}

    def computed_from(self, tag: Tag) -> list[Tag]:
        """The computed tags whose expressions name this one."""
        computed = (one for one in self.plant().tags.values() if one.expression is not None)
        return [one for one in computed if tag in self.inputs_of(one).values()]

    def native_words(self, tag: Tag, native: int) -> str | None:
        """What the protocol's own status means, where the tag's driver has words for it."""
        connection = self.plant().connections.get(tag.connection or "")
        return None if connection is None else native_words(connection.driver, native)
