"""Ask what a product was at a moment, and at which rate it is made on an equipment."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.events.equipment import PlantApplied
from dovetail.materials import store
from dovetail.materials.model import Product


class MaterialsRoom:
    """The products of the plant, with `as_of` as they were known then. Answers come from memory and are refreshed when
    a plant is applied."""

    def __init__(self, database: Database, *, clock: Clock, bus: Bus, as_of: int | None = None) -> None:
        self._database, self._as_of = database, as_of
        self._clock = clock
        self._lock = threading.RLock()
        self._moments: list[int] | None = None
        self._products: dict[int, Mapping[str, Product]] = {}
        bus.subscribe(PlantApplied, lambda _applied: self.refresh())

    def refresh(self) -> None:
        """Forget what was read; the next question reads anew."""
        with self._lock:
            self._moments = None
            self._products = {}

    def products(self, at_us: int | None = None) -> Mapping[str, Product]:
        """The products valid at a moment (default: now), by id."""
        moment_us = self._clock.now_us() if at_us is None else at_us
        with self._lock:
            moments = self.moments()
            index = bisect_right(moments, moment_us) - 1
            if index not in self._products:
                self._products[index] = self._read(moments[index]) if index >= 0 else MappingProxyType({})
            return self._products[index]

    def rate_upm(self, product: str, equipment_path: str, at_us: int) -> float | None:
        """Pieces per minute of a product on an equipment at a moment; None where no rate is given."""
        found = self.products(at_us).get(product)
        return None if found is None else found.rate_upm(equipment_path)

    def moments(self) -> list[int]:
        """Every moment at which a product or a rate changes, in order."""
        with self._lock:
            if self._moments is None:
                with self._database.read() as reading:
                    self._moments = store.moments(reading, as_of=self._as_of)
            return self._moments

    def _read(self, at_us: int) -> Mapping[str, Product]:
        with self._database.read() as reading:
            bodies = store.at(reading, at_us, as_of=self._as_of)
        return MappingProxyType({key: Product(id=key, **body) for key, body in bodies.items()})


def current(reading: Reading, at_us: int, *, as_of: int | None = None) -> dict[str, dict[str, Any]]:
    """The products of the plant code active at a moment, by id."""
    return store.at(reading, at_us, as_of=as_of)


def apply(uow: UnitOfWork, bodies: Mapping[str, Mapping[str, Any] | None], valid_from_us: int) -> None:
    """Give the products of the plant code a new version; the past keeps its own."""
    store.put(uow, bodies, valid_from_us=valid_from_us)
