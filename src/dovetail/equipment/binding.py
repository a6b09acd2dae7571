"""The only place where an address gets a meaning: which property of which equipment a tag is (DESIGN §3, step 9)."""

from __future__ import annotations

from dataclasses import dataclass

from dovetail.equipment.model import PlantModel


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a tag says: the `property` of an equipment, and in which unit."""

    equipment_id: int
    property: str
    unit: str | None


def meaning(plant: PlantModel, tag_id: int) -> Meaning | None:
    """What the tag means in the plant of one moment; None for a connection's own tags and unknown ids."""
    tag = plant.tags.get(tag_id)
    if tag is None or tag.equipment_id is None:
        return None
    return Meaning(tag.equipment_id, tag.property, tag.unit)


def bind(plant: PlantModel, tag_ids: frozenset[int]) -> dict[int, dict[str, int]]:
    """Tag ids by equipment and property, of those among `tag_ids` that belong to an equipment."""
    bound: dict[int, dict[str, int]] = {}
    for tag_id in tag_ids:
        found = meaning(plant, tag_id)
        if found is not None:
            bound.setdefault(found.equipment_id, {})[found.property] = tag_id
    return bound
