"""How much one unit is of another, exactly: kilograms of a tonne by nature, bottles of a case as the plant says."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

PIECE: Final = "{#}"
_PIECES: Final = frozenset({"pieces", "piece", "pcs", "1", PIECE})
_BY_NATURE: Final[Mapping[str, tuple[str, Fraction]]] = {
    "mg": ("g", Fraction(1, 1000)),
    "g": ("g", Fraction(1)),
    "kg": ("g", Fraction(1000)),
    "t": ("g", Fraction(1_000_000)),
    "mm": ("m", Fraction(1, 1000)),
    "cm": ("m", Fraction(1, 100)),
    "m": ("m", Fraction(1)),
    "km": ("m", Fraction(1000)),
    "mL": ("L", Fraction(1, 1000)),
    "cL": ("L", Fraction(1, 100)),
    "L": ("L", Fraction(1)),
    "hL": ("L", Fraction(100)),
    "m3": ("L", Fraction(1000)),
}


def spelled(unit: str) -> str:
    """A unit in the one spelling in which it is compared.

    >>> spelled("pcs"), spelled(" case "), spelled("ml")
    ('{#}', 'case', 'mL')
    """
    word = unit.strip()
    litres = word[:-1] + "L" if word in ("l", "ml", "cl", "hl") else word
    return PIECE if word in _PIECES else litres


def by_nature(unit: str, other: str) -> Fraction | None:
    """How many of `other` one `unit` is, whatever is measured; None: that depends on the product.

    >>> by_nature("kg", "g"), by_nature("kg", "m")
    (Fraction(1000, 1), None)
    """
    if unit == other:
        return Fraction(1)
    here, there = _BY_NATURE.get(unit), _BY_NATURE.get(other)
    return here[1] / there[1] if here and there and here[0] == there[0] else None


def is_measured(unit: str) -> bool:
    """Whether other units are known of it by nature.

    >>> is_measured("kg"), is_measured("pcs")
    (True, False)
    """
    return spelled(unit) in _BY_NATURE


def ratio(unit: str, base: str, said: Mapping[str, Fraction]) -> Fraction | None:
    """How many of `base` one `unit` is, given what was said of other units; None: nobody said.

    >>> cola = {"case": Fraction(12), "kg": Fraction(2)}
    >>> ratio("case", "{#}", cola), ratio("g", "{#}", cola), ratio("m", "{#}", cola)
    (Fraction(12, 1), Fraction(1, 500), None)
    """
    wanted, known = spelled(unit), {spelled(base): Fraction(1)} | {spelled(one): each for one, each in said.items()}
    if wanted in known:
        return known[wanted]
    found = ((by_nature(wanted, one), each) for one, each in known.items())
    return next((nature * each for nature, each in found if nature is not None), None)
