"""A product and its standard rates; the rate of the nearest named equipment holds for everything below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Product:
    """A MaterialDefinition. `unit` is UCUM; `rates_upm` are pieces per minute by equipment path."""

    id: str
    name: str
    unit: str = "{#}"
    rates_upm: Mapping[str, float] = field(default_factory=dict[str, float])

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
