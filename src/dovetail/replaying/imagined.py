"""The definitions of an installation as they are until a moment, and as other plant code has them from then on."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from dovetail.equipment.model import CLOCK_OFFSET, GOOD_THROUGH, INTERNAL_TAGS, WORK_UNIT, PlantModel
from dovetail.equipment.snapshot import snapshot
from dovetail.ledger.timeclass import Settings
from dovetail.materials.model import Product
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.section import Bodies, Body, Section
from dovetail.states.service import categories_of

FIRST_US: Final = -(1 << 62)
LAST_US: Final = 1 << 62


class Plants(Protocol):
    """What is asked of the equipment room."""

    def plant(self, *, at_us: int | None = None) -> PlantModel: ...
    def changes_between(self, from_us: int, to_us: int) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Held:
    """The definitions that are held, by moment."""

    plants: Plants
    categories: Callable[[int], Mapping[str, str]]
    rate_upm: Callable[[str, str, int], float | None]
    settings: Callable[[int], Settings]
    products: Callable[[int | None], Mapping[str, Product]] = lambda _at_us: {}


class Imagined:
    """Answers as the rooms do. What is new in the code has an id below zero, under which nothing is recorded.

    `plant` is plant code without errors; what it says of a moved node or tag is told of the old one's samples.
    """

    def __init__(self, plant: Plant, sections: Sequence[Section], held: Held, *, from_us: int) -> None:
        self.from_us = from_us
        self._held = held
        self.bodies: dict[str, Bodies] = {section.key: section.bodies(plant) for section in sections}
        moved = next(section.moved(plant) for section in sections if section.key == "equipment")
        links = next(section.moved(plant) for section in sections if section.key == "connections")
        naming = _Naming(held.plants.plant(), moved, links)
        self.model = snapshot(
            0,
            head=self.bodies["plant"],
            equipment={path: naming.equipment(path, body) for path, body in self.bodies["equipment"].items()},
            connections={name: naming.connection(name, body) for name, body in self.bodies["connections"].items()},
            scan_classes=self.bodies["scan_classes"],
        )
        self._settings = Settings.of(self.bodies["conventions"].get("conventions", {}))
        self._categories = categories_of(self.bodies["reasons"])
        self._products = {key: Product(id=key, **body) for key, body in self.bodies["products"].items()}

    # --- as the rooms answer -------------------------------------------------------------------------------------
    def plant(self, *, at_us: int | None = None) -> PlantModel:
        """The plant that holds at a moment."""
        return self.model if at_us is None or at_us >= self.from_us else self._held.plants.plant(at_us=at_us)

    def changes_between(self, from_us: int, to_us: int) -> list[int]:
        """The moments in (from, to) at which definitions change."""
        before = self._held.plants.changes_between(from_us, min(to_us, self.from_us))
        return before + ([self.from_us] if from_us < self.from_us < to_us else [])

    def categories(self, at_us: int) -> Mapping[str, str]:
        """The category of each reason at a moment."""
        return self._categories if at_us >= self.from_us else self._held.categories(at_us)

    def rate_upm(self, product: str, path: str, at_us: int) -> float | None:
        """Pieces per minute of a product on an equipment at a moment."""
        if at_us < self.from_us:
            return self._held.rate_upm(product, path, at_us)
        found = self._products.get(product)
        return None if found is None else found.rate_upm(path)

    def products(self, at_us: int | None = None) -> Mapping[str, Product]:
        """The products that hold at a moment."""
        return self._products if at_us is None or at_us >= self.from_us else self._held.products(at_us)

    def settings(self, at_us: int) -> Settings:
        """The conventions at a moment."""
        return self._settings if at_us >= self.from_us else self._held.settings(at_us)

    def calendar_of(self, equipment_id: int, at_us: int) -> tuple[str | None, str]:
        """Which calendar an equipment has at a moment, and its time zone."""
        node = self.plant(at_us=at_us).get(equipment_id)
        return node.calendar, node.timezone

    def calendars(
        self, held: Mapping[str, Sequence[tuple[int, Body | None]]]
    ) -> dict[str, list[tuple[int, Body | None]]]:
        """The versions of every calendar: those held before, and from then on those of the code and no others."""
        before = {
            key: [one for one in held.get(key, []) if one[0] < self.from_us]
            for key in {*held, *self.bodies["calendars"]}
        }
        return {key: [*older, (self.from_us, self.bodies["calendars"].get(key))] for key, older in before.items()}

    def moments(self) -> list[int]:
        """Every moment from which another plant holds."""
        return self.changes_between(FIRST_US, LAST_US)


class _Naming:
    """Gives definitions the identities that their data is kept under."""

    def __init__(self, now: PlantModel, moved: Mapping[str, str], links: Mapping[str, str]) -> None:
        self._now, self._moved, self._links = now, moved, links
        self._paths = {node.path: node.id for node in now.equipment.values()}
        self._new = itertools.count(-1, -1)

    def equipment(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        number = self._paths.get(path, self._paths.get(self._moved.get(path, "")))
        known = {} if number is None else {name: tag.id for name, tag in self._now.tags_of(number).items()}
        names = {name: self._moved.get(f"{path}.{name}", "").rpartition(".")[2] for name in body["tags"]}
        if any(tag.get("expression") for tag in body["tags"].values()):
            names.setdefault(GOOD_THROUGH, "")
        if body["level"] == WORK_UNIT:
            names |= {name: "" for name in INTERNAL_TAGS if name not in names}
        ids = {name: known.get(name, known.get(old)) for name, old in names.items()}
        return {
            **body,
            "id": next(self._new) if number is None else number,
            "tag_ids": {name: next(self._new) if tag is None else tag for name, tag in ids.items()},
        }

    def connection(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        known = self._now.connections.get(name) or self._now.connections.get(self._links.get(name, ""))
        marks = (
            (next(self._new), next(self._new)) if known is None else (known.good_through_tag, known.clock_offset_tag)
        )
        return {**body, "tag_ids": dict(zip((GOOD_THROUGH, CLOCK_OFFSET), marks, strict=True))}
