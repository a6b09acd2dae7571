"""Units as plants write them (UCUM): what may be added to what, and what comes of multiplying.

A unit is a factor to the base units and a vector of their powers. A text that is not understood is a unit of its own:
equal only to itself. Curly braces are annotations and count as nothing, as UCUM says, but pieces are kept apart from
plain numbers by the text that is shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

BASES: Final = ("m", "s", "g", "A", "K", "rad", "cd", "mol")
UNIT_TEXT_MAX: Final = 60  # characters, as in the plant code
POWER_MAX: Final = 12  # no physical quantity has more

_PREFIXES: Final[Mapping[str, float]] = {
    "Y": 1e24, "Z": 1e21, "E": 1e18, "P": 1e15, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2, "da": 1e1,
    "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15,
}  # fmt: skip

type Dims = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """`factor` times the base units to their `dims`; `offset` in base units, for temperatures (K = Cel + 273.15).

    `is_scaled`: a plain number was multiplied in, so only the dimensions are still certain.
    """

    text: str
    factor: float
    dims: Dims
    offset: float = 0.0
    is_scaled: bool = False

    def is_like(self, other: Unit) -> bool:
        """Whether the two measure the same thing."""
        return self.dims == other.dims

    def is_same(self, other: Unit) -> bool:
        """Whether a number means the same in both, as far as is certain."""
        if self.is_scaled or other.is_scaled:
            return self.is_like(other)
        same = math.isclose(self.factor, other.factor, rel_tol=1e-9) and math.isclose(self.offset, other.offset)
        return self.is_like(other) and same

    def scaled(self) -> Unit:
        """The same, with a number multiplied in."""
        return Unit(self.text, self.factor, self.dims, self.offset, is_scaled=True)


def _dims(powers: Mapping[str, int]) -> Dims:
    return tuple(sorted((base, power) for base, power in powers.items() if power))


ONE: Final = Unit("1", 1.0, ())


def _known() -> dict[str, tuple[Unit, bool]]:
    """Symbol → (unit, whether it takes prefixes)."""
    table: dict[str, tuple[float, str, bool]] = {
        "m": (1, "m", True), "s": (1, "s", True), "g": (1, "g", True), "A": (1, "A", True), "K": (1, "K", True),
        "rad": (1, "rad", True), "cd": (1, "cd", True), "mol": (1, "mol", True),
        "min": (60, "s", False), "h": (3600, "s", False), "d": (86400, "s", False), "wk": (604800, "s", False),
        "Hz": (1, "s-1", True), "N": (1e3, "g.m.s-2", True), "Pa": (1e3, "g.m-1.s-2", True),
        "bar": (1e8, "g.m-1.s-2", True), "J": (1e3, "g.m2.s-2", True), "W": (1e3, "g.m2.s-3", True),
        "V": (1e3, "g.m2.s-3.A-1", True), "Ohm": (1e3, "g.m2.s-3.A-2", True), "C": (1, "A.s", True),
        "VA": (1e3, "g.m2.s-3", True), "var": (1e3, "g.m2.s-3", True),
        "l": (1e-3, "m3", True), "L": (1e-3, "m3", True), "t": (1e6, "g", True), "lm": (1, "cd", True),
        "lx": (1, "cd.m-2", True), "%": (1e-2, "", False), "[ppm]": (1e-6, "", False), "[ppth]": (1e-3, "", False),
        "deg": (math.pi / 180, "rad", False), "[in_i]": (0.0254, "m", False), "[ft_i]": (0.3048, "m", False),
        "[lb_av]": (453.59237, "g", False), "[psi]": (6894757.293168, "g.m-1.s-2", False),
        "eV": (1.602176634e-16, "g.m2.s-2", True), "atm": (101325e3, "g.m-1.s-2", False),
    }  # fmt: skip
    found = {name: (Unit(name, factor, _plain(text)), pre) for name, (factor, text, pre) in table.items()}
    kelvin = _dims({"K": 1})
    found["Cel"] = (Unit("Cel", 1.0, kelvin, 273.15), False)
    found["[degF]"] = (Unit("[degF]", 5 / 9, kelvin, 459.67 * 5 / 9), False)
    return found


def _plain(text: str) -> Dims:
    powers: dict[str, int] = {}
    for part in text.split(".") if text else ():
        name = part.rstrip("-0123456789")
        powers[name] = int(part[len(name) :] or 1)
    return _dims(powers)


_KNOWN: Final = _known()
_ATOM: Final = re.compile(r"(10\*|10\^|\[[^\[\]]*\]|%|[A-Za-z]+(?:_[A-Za-z]+)?)([+-]?\d{1,2})?")
_PIECE: Final = re.compile(r"([./]?)(\([^()]*\)|[^./()]+)")


@lru_cache(maxsize=4096)
def unit_of(text: str) -> Unit:
    """The unit a text means. One that is not understood measures something of its own.

    >>> unit_of("kW.h").is_same(multiplied(unit_of("kW"), unit_of("h")))
    True
    """
    bare = re.sub(r"\{[^{}]*\}", "", text)
    found = _terms(bare) if len(text) <= UNIT_TEXT_MAX else None
    if found is None:
        return Unit(text, 1.0, ((text, 1),))
    return Unit(text, found.factor, found.dims, found.offset)


def is_known(text: str) -> bool:
    """Whether a text is a unit that can be calculated with.

    >>> is_known("Cel"), is_known("{#}/min"), is_known("widgets")
    (True, True, False)
    """
    return unit_of(text).dims != ((text, 1),)


def _terms(text: str) -> Unit | None:
    """Atoms multiplied and divided from left to right; None for what is not understood."""
    if not text or text in ("1", "/1"):
        return ONE
    whole, at = ONE, 0
    for found in _PIECE.finditer(text):
        if found.start() != at:
            return None
        at = found.end()
        sign, piece = found[1], found[2]
        one = _terms(piece[1:-1]) if piece.startswith("(") else _atom(piece)
        if one is None:
            return None
        whole = one if whole is ONE and sign != "/" else combined(whole, one, -1 if sign == "/" else 1)
    return whole if at == len(text) or text[at:] in (".", "/") else None


def _atom(text: str) -> Unit | None:
    if text.isdecimal() and len(text) < 10:
        return Unit(text, float(text), ()) if int(text) else None
    found = _ATOM.fullmatch(text)
    if found is None:
        return None
    name, power = found[1], int(found[2] or 1)
    if name in ("10*", "10^"):
        return Unit(text, 10.0**power, ())
    base = _prefixed(name)
    if base is None or abs(power) > POWER_MAX:
        return None
    if power == 1:
        return base
    return Unit(text, base.factor**power, _dims({dim: have * power for dim, have in base.dims}))


def _prefixed(name: str) -> Unit | None:
    if name in _KNOWN:
        return _KNOWN[name][0]
    for size in (2, 1):
        factor = _PREFIXES.get(name[:size])
        unit = _KNOWN.get(name[size:])
        if factor is not None and unit is not None and unit[1]:
            return Unit(name, factor * unit[0].factor, unit[0].dims)
    return None


def combined(left: Unit, right: Unit, sign: int) -> Unit:
    """`left` times `right` (sign 1) or divided by it (sign -1)."""
    powers = dict(left.dims)
    for base, power in right.dims:
        powers[base] = powers.get(base, 0) + sign * power
    factor = left.factor * right.factor if sign > 0 else left.factor / right.factor
    dims = _dims(powers)
    text = _joined(left.text, right.text, "." if sign > 0 else "/") if dims or factor != 1.0 else "1"
    return Unit(text, factor, dims, is_scaled=left.is_scaled or right.is_scaled)


def multiplied(left: Unit, right: Unit) -> Unit:
    """What comes of `left` times `right`."""
    return combined(left, right, 1)


def divided(left: Unit, right: Unit) -> Unit:
    """What comes of `left` by `right`."""
    return combined(left, right, -1)


def _joined(left: str, right: str, sign: str) -> str:
    if right == "1":
        return left
    if left == "1" and sign == ".":
        return right
    inner = f"({right})" if sign == "/" and re.search(r"[./]", right) else right
    return f"{left}{sign}{inner}"


def conversion(given: Unit, wanted: Unit) -> tuple[float, float]:
    """(factor, offset) that turn a number in `given` into one in `wanted`, which must be like it."""
    factor = given.factor / wanted.factor
    return factor, (given.offset - wanted.offset) / wanted.factor
