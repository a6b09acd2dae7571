"""What of a telegram a tag wants: all of it, a named part, or a part that is a weight in a unit of the tag's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError

EXAMPLES: Final = "telegram · weight · weight[kg] · unit"
WHOLE: Final = "telegram"
# How many grams; what a scale writes beside its number
GRAMS: Final = {"mg": 0.001, "g": 1.0, "kg": 1000.0, "t": 1_000_000.0, "oz": 28.349523125, "lb": 453.59237}
_FORM: Final = re.compile(r"([A-Za-z_]\w{0,63})(?:\[([^\[\]]{1,16})\])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """`name` of a part of the pattern, or `telegram`; `unit`: what the part `unit` beside it is, or a mass like it."""

    name: str
    unit: str | None = None


def parse_address(text: str) -> Part:
    """An address as written in plant code. Raises ConfigError that says which part is wrong.

    >>> parse_address("weight[kg]")
    Part(name='weight', unit='kg')
    """
    found = _FORM.fullmatch(text.strip())
    if found is None or (found[1] == WHOLE and found[2]):
        raise ConfigError(
            f"{text!r} is no part of a telegram: it is `telegram`, or a name in the pattern like (?P<name>…)",
            code="telegram-address", hint=f"write it like {EXAMPLES}",
        )  # fmt: skip
    return Part(found[1], found[2])


def fits(address: str, kind: Kind) -> None:
    """Raise ConfigError where a weight is to be something else than a number."""
    if parse_address(address).unit is not None and kind not in (Kind.F64, Kind.I64, Kind.U64):
        raise ConfigError(f"{address!r} is a number, not {kind.name.lower()}", code="tag-kind", hint="kind: f64")


def factor(said: str, wanted: str) -> float | None:
    """By what a number in one unit is multiplied to be one of another; None where they are not alike.

    >>> factor("g", "kg"), factor("pcs", "pcs"), factor("pcs", "kg")
    (0.001, 1.0, None)
    """
    said = said.strip()
    if said.lower() == wanted.lower():
        return 1.0
    masses = GRAMS.get(said.lower()), GRAMS.get(wanted.lower())
    return None if masses[0] is None or masses[1] is None else masses[0] / masses[1]
