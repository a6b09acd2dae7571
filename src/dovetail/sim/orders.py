"""What the virtual line makes: a seeded sequence of orders, small bottles and big ones that fill more slowly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dovetail.sim.faults import stream


@dataclass(frozen=True, slots=True)
class Drink:
    """A product, and the machines on which it runs at another rate than the machine's own, pieces per minute."""

    key: str
    name: str
    rates_upm: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Order:
    """`quantity` pieces of a drink, counted at the filler's infeed."""

    number: str
    drink: Drink
    quantity: int


DRINKS: Final = (
    Drink("cola-05", "Cola 0.5 l", {}),
    Drink("lemonade-10", "Lemonade 1.0 l", {"filler": 80, "capper": 90, "labeller": 95, "palletiser": 100}),
)


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
