"""What the virtual line makes: a seeded sequence of orders over three products, each with its own rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dovetail.sim.faults import stream


@dataclass(frozen=True, slots=True)
class Drink:
    """A product; `pace` is its share of each machine's rate in thousandths (a big bottle fills more slowly)."""

    key: str
    name: str
    pace: int


@dataclass(frozen=True, slots=True)
class Order:
    """`quantity` pieces of a drink, counted at the filler's infeed."""

    number: str
    drink: Drink
    quantity: int


DRINKS: Final = (
    Drink("cola-05", "Cola 0.5 l", 1000),
    Drink("water-05", "Water 0.5 l", 1000),
    Drink("juice-10", "Juice 1.0 l", 800),
)


def rate_upm(machine_upm: float, drink: Drink) -> float:
    """The standard rate of a drink on a machine of this rate.

    >>> rate_upm(110, DRINKS[2])
    88.0
    """
    return machine_upm * drink.pace / 1000


class OrderBook:
    """The orders in their sequence, made as they are asked for."""

    def __init__(self, *, seed: int, smallest: int, largest: int) -> None:
        self._random = stream(f"{seed}/orders")
        self._sizes = (smallest, largest)
        self._orders: list[Order] = []

    def __getitem__(self, index: int) -> Order:
        while len(self._orders) <= index:
            self._orders.append(self._next())
        return self._orders[index]

    def _next(self) -> Order:
        others = [drink for drink in DRINKS if not self._orders or drink != self._orders[-1].drink]
        quantity = self._random.randrange(*self._sizes) // 100 * 100
        return Order(f"PO-{1001 + len(self._orders)}", self._random.choice(others), quantity)
