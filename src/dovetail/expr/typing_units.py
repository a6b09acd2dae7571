"""Which unit a function gives of those it takes, and which may not meet in it.

A plain number in the text fits every unit in a sum and a comparison; multiplied in, it leaves only the dimensions
certain (`power / 1000` may be meant in kW). A signal that says no unit fits everything, and what follows is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dovetail.core.clock import SECOND_US
from dovetail.expr.functions import Function
from dovetail.expr.units import ONE, POWER_MAX, Unit, combined, conversion, unit_of

type Given = Sequence[float | str]


@dataclass(frozen=True, slots=True)
class Measured:
    """An argument as far as units go. `is_plain`: a number in the text, which is `number`."""

    unit: Unit | None
    is_plain: bool
    number: float | None = None


def resulting(
    function: Function, args: Sequence[Measured], fixed: Given
) -> tuple[Unit | None, tuple[float | str, ...]]:
    """(the unit that comes of it, the fixed arguments as computed with). Raises ValueError with what does not fit."""
    rest = tuple(fixed)
    match function.units:
        case "none":
            return None, rest
        case "keep":
            return args[0].unit, rest
        case "alike":
            return _alike(args), rest
        case "compare":
            _alike(args)
            return None, rest
        case "multiply":
            return _product(args[0], args[1], 1), rest
        case "divide":
            return _product(args[0], args[1], -1), rest
        case "power":
            return _power(args[0].unit, args[1].number), rest
        case "root":
            return _root(args[0].unit), rest
        case "seconds":
            return _with_time(args[0].unit, 1.0, 1), rest
        case "per":
            return _with_time(args[0].unit, float(fixed[1]) / SECOND_US, -1), rest
        case "to":
            return _to(args[0].unit, str(fixed[0]))


def _alike(args: Sequence[Measured]) -> Unit | None:
    known = [arg.unit for arg in args if arg.unit is not None]
    for other in known[1:]:
        if not known[0].is_like(other):
            raise ValueError(f"{known[0].text} and {other.text} measure different things")
        if not known[0].is_same(other):
            raise ValueError(f"{known[0].text} and {other.text} are not the same unit")
    return known[0] if known else None


def _product(left: Measured, right: Measured, sign: int) -> Unit | None:
    if left.is_plain and right.is_plain:
        return None
    if right.is_plain:
        return left.unit.scaled() if left.unit else None
    if left.is_plain:
        return combined(ONE, right.unit, sign).scaled() if right.unit else None
    return combined(left.unit, right.unit, sign) if left.unit and right.unit else None


def _power(unit: Unit | None, exponent: float | None) -> Unit | None:
    if unit is None or exponent is None or exponent != int(exponent) or not 0 < exponent <= POWER_MAX:
        return None
    found = unit
    for _ in range(int(exponent) - 1):
        found = combined(found, unit, 1)
    return found


def _root(unit: Unit | None) -> Unit | None:
    if unit is None or any(power % 2 for _, power in unit.dims):
        return None
    dims = tuple((base, power // 2) for base, power in unit.dims)
    return Unit(f"({unit.text})^½", unit.factor**0.5, dims, is_scaled=unit.is_scaled)


def _with_time(unit: Unit | None, seconds: float, sign: int) -> Unit | None:
    if unit is None:
        return None
    names = {1.0: "s", 60.0: "min", 3_600.0: "h", 86_400.0: "d"}
    time = unit_of(names[seconds]) if seconds in names else unit_of("s").scaled()
    return combined(unit, time, sign)


def _to(unit: Unit | None, wanted: str) -> tuple[Unit | None, tuple[float | str, ...]]:
    target = unit_of(wanted)
    if unit is None:
        raise ValueError(f"of what is to become {wanted} no unit is known")
    if not unit.is_like(target):
        raise ValueError(f"{unit.text} cannot become {wanted}: they measure different things")
    if unit.is_scaled:
        return target, (1.0, 0.0)
    return target, conversion(unit, target)
