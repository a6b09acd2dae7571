"""A product and its standard rates; the rate of the nearest named equipment holds for everything below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from dovetail.materials.measures import is_measured, ratio


@dataclass(frozen=True, slots=True)
class Product:
    """A MaterialDefinition. `unit` is UCUM; `rates_upm` are pieces per minute by equipment path.

    `units`: how many of its unit one of another is, exactly, as text (`12`, `100/33`).
    """

    id: str
    name: str
    unit: str = "{#}"
    rates_upm: Mapping[str, float] = field(default_factory=dict[str, float])
    units: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def converts(self) -> bool:
        """Whether anything could be said of it in another unit than its own."""
        return bool(self.units) or is_measured(self.unit)

    def per(self, unit: str) -> Fraction | None:
        """How many of the product's unit one `unit` is; None where nobody said.

        >>> Product("cola", "Cola", units={"case": "12"}).per("case")
        Fraction(12, 1)
        """
        return ratio(unit, self.unit, {other: Fraction(said) for other, said in self.units.items()})

    def rate_upm(self, equipment_path: str) -> float | None:
        """The rate at an equipment, else the one of the nearest node above it that has one; None where none is given.

        >>> cola = Product("cola", "Cola", rates_upm={"acme/line1": 90.0, "acme/line1/filler": 100.0})
        >>> cola.rate_upm("acme/line1/capper")
        90.0
        """
        path = equipment_path
        while path:
            if path in self.rates_upm:
                return self.rates_upm[path]
            path = path.rpartition("/")[0]
        return None
