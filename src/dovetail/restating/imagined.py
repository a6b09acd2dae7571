"""The definitions of an installation as if a restatement had been made. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from dovetail.conversions.service import ConversionsRoom, Products
from dovetail.db.versioned import EVER_US, History, body_at, over
from dovetail.equipment.model import Equipment, PlantModel
from dovetail.ledger.timeclass import Settings
from dovetail.materials.model import Product
from dovetail.performance.facts import Plants, Sources
from dovetail.restating.kept import EQUIPMENT_FIELDS, STATE_FIELDS
from dovetail.restating.model import Body, Change
from dovetail.states.service import categories_of
from dovetail.workcalendar.service import CalendarRoom

NODES: Final[dict[str, tuple[str, ...]]] = {"equipment": EQUIPMENT_FIELDS, "states": STATE_FIELDS}
PLANTS_KEPT: Final = 16  # a past is walked through in order

type Reasons = Callable[[int], dict[str, dict[str, Any]]]


class Imagined:
    """Answers as the rooms do; outside [from_us, to_us) it answers what they do."""

    def __init__(self, held: Sources, changes: Sequence[Change], period: tuple[int, int], *, reasons: Reasons) -> None:
        self._held, self._plants, self._reasons = held, held.equipment, reasons
        self._materials: Products | None = None
        self.from_us, self.to_us = period
        self._by: dict[str, dict[str, History]] = {}
        for one in changes:
            self._by.setdefault(one.section, {})[one.key] = one.would
        inside = {at_us for one in changes for at_us, _ in one.would}
        self._moments = sorted(inside | set(period))
        self._plant = lru_cache(maxsize=PLANTS_KEPT)(self._told)

    def sources(self, calendar: CalendarRoom) -> Sources:
        """What the ledger asks, with the calendars as they would be."""
        versions = {**calendar.versions()}
        for key, would in self._by.get("calendars", {}).items():
            versions[key] = over(list(versions.get(key, [])), would, self.from_us, self.to_us)
        moments = self.changes_between(-EVER_US, EVER_US)
        room = calendar.imagined(versions, calendar_of=self.calendar_of, plant_moments=moments)
        return replace(
            self._held, equipment=self, calendar=room, categories=self.categories, rate_upm=self.rate_upm,
            settings=self.settings, earlier=None, **self._in_units(),
        )  # fmt: skip

    def _in_units(self) -> dict[str, Any]:
        """Counts in the units of the products as they would be; where nothing converts, as they are."""
        if not isinstance(room := self._held.counting, ConversionsRoom):
            return {}
        self._materials = room.materials
        would = room.redefined(equipment=self, materials=self)
        return {"counting": would, "fresh": would.fresh, "whole": would.whole}

    # --- as the rooms answer -------------------------------------------------------------------------------------
    def plant(self, *, at_us: int | None = None) -> PlantModel:
        """The plant that holds at a moment."""
        if at_us is None or not self.from_us <= at_us < self.to_us or not NODES.keys() & self._by.keys():
            return self._plants.plant(at_us=at_us)
        before = [moment for moment in self.changes_between(-EVER_US, EVER_US) if moment <= at_us]
        return self._plant(before[-1])

    def _told(self, at_us: int) -> PlantModel:
        held = self._plants.plant(at_us=at_us)
        nodes = list(held.equipment.values())
        for section, names in NODES.items():
            would = {path: body_at(history, at_us) for path, history in self._by.get(section, {}).items()}
            nodes = [_as_said(node, would.get(node.path), names) for node in nodes]
        return PlantModel(
            version=held.version, name=held.name, equipment=nodes, tags=held.tags.values(),
            connections=held.connections.values(), scan_classes=held.scan_classes.values(),
        )  # fmt: skip

    def changes_between(self, from_us: int, to_us: int) -> list[int]:
        """The moments in (from_us, to_us) at which definitions change."""
        ours = {moment for moment in self._moments if from_us < moment < to_us}
        return sorted({*self._plants.changes_between(from_us, to_us), *ours})

    def calendar_of(self, equipment_id: int, at_us: int) -> tuple[str | None, str]:
        """Which calendar an equipment has at a moment, and its time zone."""
        node = self.plant(at_us=at_us).get(equipment_id)
        return node.calendar, node.timezone

    def categories(self, at_us: int) -> Mapping[str, str]:
        """The category of each reason at a moment."""
        told = self._at("reasons", at_us)
        if not told:
            return self._held.categories(at_us)
        tree = {**self._reasons(at_us), **told}
        return categories_of({code: body for code, body in tree.items() if body is not None})

    def rate_upm(self, product: str, path: str, at_us: int) -> float | None:
        """Pieces per minute of a product on an equipment at a moment."""
        told = self._at("products", at_us)
        if product not in told:
            return self._held.rate_upm(product, path, at_us)
        body = told[product]
        return None if body is None else Product(id=product, **body).rate_upm(path)

    def products(self, at_us: int | None = None) -> Mapping[str, Product]:
        """The products that hold at a moment."""
        held = {} if self._materials is None else self._materials.products(at_us)
        told = {} if at_us is None else self._at("products", at_us)
        would = {key: Product(id=key, **body) for key, body in told.items() if body is not None}
        return {key: one for key, one in held.items() if key not in told} | would

    def settings(self, at_us: int) -> Settings:
        """The conventions at a moment."""
        told = self._at("conventions", at_us)
        if told:
            return Settings.of(told["conventions"] or {})
        return Settings() if self._held.settings is None else self._held.settings(at_us)

    def _at(self, section: str, at_us: int) -> dict[str, Body | None]:
        if not self.from_us <= at_us < self.to_us:
            return {}
        return {key: body_at(history, at_us) for key, history in self._by.get(section, {}).items()}


def _as_said(node: Equipment, body: Body | None, names: tuple[str, ...]) -> Equipment:
    said: dict[str, Any] = {} if body is None else {name: body[name] for name in names}
    return replace(node, **said)


def moved_rates(plants: Plants, change: Change, period: tuple[int, int]) -> set[int]:
    """The equipment, by what it was called then, on which a product would have had another rate or other units."""
    moments = sorted({at_us for at_us, _ in (*change.was, *change.would)} | {*plants.changes_between(*period)})
    found: set[int] = set()
    for at_us in moments:
        pair = [body_at(history, at_us) for history in (change.was, change.would)]
        was, would = (None if body is None else Product(id=change.key, **body) for body in pair)
        for node in plants.plant(at_us=at_us).equipment.values() if was != would else ():
            said = [None if one is None else (one.rate_upm(node.path), one.unit, one.units) for one in (was, would)]
            found |= {node.id} if said[0] != said[1] else set()
    return found
