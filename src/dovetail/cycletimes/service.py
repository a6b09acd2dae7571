"""The cycle times room: it reads the counters of a machine and lays them over its ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np

from dovetail.core.batch import Batch
from dovetail.core.clock import DAY_US
from dovetail.core.errors import InvalidError
from dovetail.core.scope import Scope, system_scope
from dovetail.cycletimes.model import (
    Best,
    Column,
    Cycles,
    Distribution,
    Tally,
    best_hour,
    cycles_of,
    distribution,
    runs_of,
    tallies,
)
from dovetail.equipment.model import Equipment, PlantModel
from dovetail.performance.facts import ledgered, missing_hint
from dovetail.performance.service import PerformanceRoom
from dovetail.states.counters import Memory, read
from dovetail.states.model import CounterRule
from dovetail.states.rules import machine_rules
from dovetail.tracks.series import series_of

VIEW: Final = "plant.view"
OWN: Final[Scope] = system_scope("cycle-times")
STEP_US: Final = DAY_US  # so much is read at once: a month of a fast machine is no more in memory than its movements

type Missing = Literal["no-counter", "too-little"]


class Samples(Protocol):
    """What is asked of the historian."""

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Batch]: ...


@dataclass(frozen=True, slots=True)
class OfProduct:
    """One product: what the ledger says of it, what the counters show. `missing`: why they show nothing.

    `cycles`: all of those that the distribution and the best hour are told of.
    """

    product: str | None
    tally: Tally
    found: Distribution | None
    best: Best | None
    missing: Missing | None
    cycles: Cycles | None = None


@dataclass(frozen=True, slots=True)
class CycleTimes:
    """A period of a machine; the product of which most was made comes first. `unit`: whose counters were read."""

    unit: Equipment
    from_us: int
    until_us: int
    products: list[OfProduct]
    hints: list[str]


class CycleTimesRoom:
    """Answers; keeps nothing."""

    def __init__(self, performance: PerformanceRoom, samples: Samples) -> None:
        self.performance = performance
        self._samples = samples

    def cycle_times(
        self, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> CycleTimes:
        """Of a machine, or of a line's constraint. Raises InvalidError where there is no ledger.

        As known at `as_of` but for one thing: samples that came late are read too, for none remembers when it came.
        """
        scope.require(VIEW, equipment_id)
        plant, node = self.performance.gathering.node(equipment_id, to_us - 1, as_of=as_of)
        made_of = ledgered(plant, node)
        if made_of is None:
            raise InvalidError(f"{node.path} has no times of its own", code="no-ledger", hint=missing_hint(node))
        unit = plant.get(made_of.times_of)
        scope.require(VIEW, unit.id)
        slices = self.performance.slices(unit.id, from_us, to_us, scope=scope, as_of=as_of)
        until_us = slices[-1].t1_us if slices else from_us
        counters = counters_of(plant, unit)
        cycles = cycles_of(runs_of(slices), *self._movements(counters, from_us, until_us, as_of))
        products = [
            _told(name, one, cycles.get(name), "too-little" if counters else "no-counter")
            for name, one in tallies(slices).items()
        ]
        products.sort(key=lambda one: (-one.tally.produced, -one.tally.apt_us, one.product or ""))
        hints = [] if counters else [f"{unit.path}: nothing counts pieces, give it `counters`"]
        return CycleTimes(unit, from_us, until_us, products, hints)

    def _movements(
        self, counters: Sequence[CounterRule], from_us: int, until_us: int, as_of: int | None
    ) -> tuple[Column, Column]:
        """When the counters told of pieces, and of how many, by time."""
        told = [*self._told(counters, from_us, until_us, as_of)]
        if not told:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        ts, pieces = (np.concatenate(column) for column in zip(*told, strict=True))
        moments, place = np.unique(ts, return_inverse=True)
        return moments, np.bincount(place, weights=pieces).astype(np.int64)

    def _told(
        self, counters: Sequence[CounterRule], from_us: int, until_us: int, as_of: int | None
    ) -> Iterator[tuple[Column, Column]]:
        memory: dict[int, Memory | None] = {}
        tags = [rule.tag for rule in counters]
        for start_us in range(from_us, until_us, STEP_US) if tags else ():
            batches = self._samples.raw(tags, start_us, min(start_us + STEP_US, until_us), scope=OWN, as_of=as_of)
            series = series_of(batches, tags)
            for rule in counters:
                if rule.tag in series:
                    found = read(rule, memory.get(rule.tag), series[rule.tag])
                    memory[rule.tag] = found.memory
                    yield found.ts, found.quantity


def counters_of(plant: PlantModel, unit: Equipment) -> list[CounterRule]:
    """The counters that together tell of every piece, good or not: `total`, else those of the kinds."""
    rules = machine_rules(plant, unit)
    by_name = {} if rules is None else {rule.name: rule for rule in rules.counters}
    if "total" in by_name:
        return [by_name["total"]]
    return [by_name[name] for name in ("good", "scrap", "rework") if name in by_name]


def _told(product: str | None, tally: Tally, cycles: Cycles | None, otherwise: Missing) -> OfProduct:
    found = None if cycles is None else distribution(cycles)
    best = None if cycles is None or found is None else best_hour(cycles)
    return OfProduct(product, tally, found, best, otherwise if found is None else None, cycles)
