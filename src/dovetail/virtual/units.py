"""The computed tags as they are followed: how far each is said, and which are known equally far and computed alike."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from dovetail.equipment.model import PlantModel
from dovetail.expr.evaluate import shape
from dovetail.tracks.memory import FOR_EVER_US
from dovetail.tracks.settle import Row
from dovetail.tracks.stretches import Stretches
from dovetail.virtual.model import Definition

NEVER_US = -FOR_EVER_US


@dataclass(slots=True)
class Computed:
    """One computed tag as it is followed. `through_us`: said up to here; `last`: what holds there, None: ask."""

    tag: int
    equipment_id: int
    through_us: int
    last: Row | None = None
    is_sure: bool = False  # since a start: whether what is kept beyond the mark has been looked at
    late: Stretches = field(default_factory=Stretches)


@dataclass(slots=True, eq=False)
class Group:
    """Those that go on together: their inputs come over the same `links` (marks), or follow from the same others.

    `hears_us`: something is said by Dovetail itself, which holds nobody up. `done_us`: all of them are said up to here.
    """

    links: tuple[int, ...]
    behind: tuple[Computed, ...]
    hears_us: bool
    units: list[Computed] = field(default_factory=list[Computed])
    done_us: int = NEVER_US

    def known_us(self, marks: Mapping[int, int], newest_us: int) -> int:
        """Up to here nothing more of their inputs is to come."""
        known = [marks.get(link, NEVER_US) for link in self.links] + [one.through_us for one in self.behind]
        return min([*known, newest_us] if self.hears_us or not known else known)


@dataclass(frozen=True, slots=True)
class Order:
    """In which order they go on: level by level, each of which follows from those before alone."""

    levels: list[list[Group]]
    shapes: Mapping[int, Hashable]  # by tag: equal where the expression computes alike


def ordered_groups(plant: PlantModel, newest: Mapping[int, Definition], units: Mapping[int, Computed]) -> Order:
    """The groups of all units; `newest` holds those first that others follow from."""
    level_of: dict[int, int] = {}
    groups: dict[Hashable, Group] = {}
    levels: list[list[Group]] = []
    for tag, one in newest.items():
        sources = set(one.inputs.values())
        behind = sorted(source for source in sources if source in units)
        level = level_of[tag] = 1 + max((level_of[source] for source in behind), default=-1)
        links = {_link(plant, source) for source in sources if source not in units}
        key = (level, frozenset(links), tuple(behind))
        if key not in groups:
            known = tuple(sorted(link for link in links if link is not None))
            groups[key] = Group(known, tuple(units[source] for source in behind), None in links)
            levels.extend([] for _ in range(level + 1 - len(levels)))
            levels[level].append(groups[key])
        groups[key].units.append(units[tag])
    return Order(levels, {tag: shape(one.expression) for tag, one in newest.items()})


def _link(plant: PlantModel, source: int) -> int | None:
    """The mark of the link over which a tag comes; None: our own publishers, who speak when something changes."""
    found = plant.tags.get(source)
    if found is None or found.connection is None:
        return None
    return plant.connections[found.connection].good_through_tag


def progress(units: Iterable[Computed]) -> int:
    """Up to where all of them are said."""
    return min(unit.through_us for unit in units)
