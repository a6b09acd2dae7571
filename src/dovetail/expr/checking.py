"""Check an expression before it runs: every name known, every argument of its kind, no minutes added to kilowatts.

What passes here cannot fail later: at run time there is only GOOD, uncertain and BAD.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from dovetail.expr import typing_units as units_of
from dovetail.expr.errors import ExpressionError
from dovetail.expr.functions import CALLABLE, FUNCTIONS, NEGATIVE, Fixed, Function, Parameter
from dovetail.expr.limits import LOOKBACK_MAX_US, WINDOW_MAX_US, WINDOW_MIN_US
from dovetail.expr.reading import read
from dovetail.expr.tree import Call, Node, Signal, signals
from dovetail.expr.tree import Fixed as FixedNode
from dovetail.expr.units import Unit, unit_of
from dovetail.tracks.columns import Kind, kind_of
from dovetail.tracks.pointwise import BIT_MAX

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)")
_DURATION_US: Final = {"ms": 1_000, "s": SECOND_US, "min": MINUTE_US, "h": HOUR_US, "d": DAY_US}
_KIND_WORDS: Final[dict[str, str]] = {"number": "a number", "bool": "true or false", "text": "a text"}
_DIGITS_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is known of a signal: its kind, and its unit where it says one."""

    kind: Kind
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A part of a checked expression: a function over bound parts, else a signal, else the constant `value`."""

    kind: Kind
    unit: Unit | None = None
    value: float | bool | str | None = None
    signal: str | None = None
    function: Function | None = None
    args: tuple[Bound, ...] = ()
    fixed: Fixed = ()
    own_us: int = 0
    lookback_us: int = 0

    @property
    def is_constant(self) -> bool:
        """Whether it stands in the text."""
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression. `signals` as they are named in it; it looks `lookback_us` back."""

    text: str
    root: Bound
    signals: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """What it gives."""
        return self.root.kind

    @property
    def unit(self) -> Unit | None:
        """The unit of what it gives; None where that is not known."""
        return self.root.unit

    @property
    def lookback_us(self) -> int:
        """How far before a moment the signals matter for it."""
        return self.root.lookback_us


type Resolve = Callable[[str], Meaning | None]


def check(text: str, resolve: Resolve, *, names: Iterable[str] = ()) -> Expression:
    """Read and check: `resolve` knows the signals, `names` are offered for a misspelt one. Raises ExpressionError."""
    tree = read(text)
    root = _Checker(resolve, names).bound(tree)
    if root.lookback_us > LOOKBACK_MAX_US:
        what = f"the windows together look back {root.lookback_us // HOUR_US} h, more than {LOOKBACK_MAX_US // HOUR_US}"
        raise ExpressionError(what, fault="limit", hint="take shorter windows")
    return Expression(text, root, signals(tree))


def near(given: str, names: Iterable[str]) -> str | None:
    """A name that was probably meant."""
    found = difflib.get_close_matches(given, sorted(set(names))[:2_000], n=1, cutoff=0.6)
    return found[0] if found else None


class _Checker:
    def __init__(self, resolve: Resolve, names: Iterable[str]) -> None:
        self._resolve, self._names = resolve, names

    def bound(self, node: Node) -> Bound:
        match node:
            case FixedNode(value=value):
                return Bound(kind_of(value), value=value)
            case Signal(name=name):
                return self._signal(node, name)
            case Call():
                return self._called(node)

    def _signal(self, node: Signal, name: str) -> Bound:
        meaning = self._resolve(name)
        if meaning is None:
            meant = near(name, self._names)
            hint = f"did you mean {meant}?" if meant else None
            if name in CALLABLE:
                hint = f"{name} is a function: {FUNCTIONS[name].signature}"
            spot = node.spot
            raise ExpressionError(f"there is no tag {name}", fault="name", at=spot.at, end=spot.end, hint=hint)
        return Bound(meaning.kind, unit_of(meaning.unit) if meaning.unit else None, signal=name)

    def _called(self, node: Call) -> Bound:
        function = FUNCTIONS.get(node.function)
        if function is None:
            raise self._no_function(node)
        given = self._paired(function, node)
        args: list[Bound] = []
        fixed: list[float | str] = []
        for parameter, part in given:
            if parameter.takes in ("number", "bool", "any"):
                assert part is not None  # only constants have defaults
                args.append(self._argument(function, parameter, part))
            else:
                fixed.append(_constant(parameter, part, node))
        kind = self._kind(function, args, node)
        unit, more = self._units(function, args, fixed, node)
        if function.units == "to":
            fixed = list(more)
        own_us = function.lookback_us(tuple(fixed))
        behind_us = own_us + max((arg.lookback_us for arg in args), default=0)
        return Bound(
            kind, unit, function=function, args=tuple(args), fixed=tuple(fixed), own_us=own_us, lookback_us=behind_us
        )

    @staticmethod
    def _no_function(node: Call) -> ExpressionError:
        meant = near(node.function, CALLABLE)
        hint = f"did you mean {FUNCTIONS[meant].signature}?" if meant else f"there are {', '.join(sorted(CALLABLE))}"
        end = node.spot.at + len(node.function)
        return ExpressionError(
            f"there is no function {node.function}", fault="function", at=node.spot.at, end=end, hint=hint
        )

    @staticmethod
    def _paired(function: Function, node: Call) -> list[tuple[Parameter, Node | None]]:
        wanted = function.parameters
        if wanted[-1].many and len(node.args) >= 1:
            return [(wanted[-1], arg) for arg in node.args]
        needed = sum(one.default is None for one in wanted)
        if not needed <= len(node.args) <= len(wanted):
            many = f"{needed} to {len(wanted)}" if needed < len(wanted) else str(needed)
            what = f"{function.name} takes {many} argument{'s' if many != '1' else ''}, not {len(node.args)}"
            hint = f"{function.signature}, as in {function.example}"
            raise ExpressionError(what, fault="function", at=node.spot.at, end=node.spot.end, hint=hint)
        left = [None] * (len(wanted) - len(node.args))
        return list(zip(wanted, [*node.args, *left], strict=True))

    def _argument(self, function: Function, parameter: Parameter, part: Node) -> Bound:
        found = self.bound(part)
        if parameter.takes != "any" and found.kind != parameter.takes:
            wanted = _KIND_WORDS[parameter.takes]
            what = f"{_shown(function)} needs {wanted} here, and this is {_KIND_WORDS[found.kind]}"
            raise ExpressionError(
                what, fault="type", at=part.spot.at, end=part.spot.end, hint=_way_out(parameter.takes, found.kind)
            )
        return found

    @staticmethod
    def _kind(function: Function, args: list[Bound], node: Call) -> Kind:
        compared = [arg for arg, one in zip(args, function.parameters, strict=False) if one.takes == "any"]
        if len({arg.kind for arg in compared}) > 1:
            words = " and ".join(_KIND_WORDS[arg.kind] for arg in compared)
            what = f"{words} cannot stand together in {_shown(function)}"
            raise ExpressionError(what, fault="type", at=node.spot.at, end=node.spot.end)
        return compared[0].kind if function.gives == "same" else function.gives

    @staticmethod
    def _units(
        function: Function, args: list[Bound], fixed: list[float | str], node: Call
    ) -> tuple[Unit | None, tuple[float | str, ...]]:
        try:
            return units_of.resulting(function, [_measured(arg) for arg in args], fixed)
        except ValueError as error:
            hint = 'to(x, "unit") converts; a tag without a unit fits everything'
            raise ExpressionError(str(error), fault="unit", at=node.spot.at, end=node.spot.end, hint=hint) from None


def _measured(arg: Bound) -> units_of.Measured:
    if arg.kind != "number":
        return units_of.Measured(None, is_plain=False)
    plain = arg.value if isinstance(arg.value, float) else None
    return units_of.Measured(arg.unit, is_plain=arg.is_constant, number=plain)


def _shown(function: Function) -> str:
    return function.name if not function.is_operator else f"`{function.example}`"


def _way_out(wanted: str, given: Kind) -> str | None:
    match wanted, given:
        case "number", "bool":
            return "number(a) is 1 or 0"
        case "bool", "number":
            return "compare it: x > 0; a bit of it: bit(x, 3)"
        case "bool", "text":
            return 'compare it: x == "…"'
        case _:
            return None


def _constant(parameter: Parameter, part: Node | None, node: Call) -> float | str:
    """The value of an argument that must stand in the text."""
    spot = node.spot if part is None else part.spot
    value: object = parameter.default if part is None else None
    sign = 1.0
    if isinstance(part, Call) and part.function == NEGATIVE:
        part, sign = part.args[0], -1.0
    if isinstance(part, FixedNode):
        value = part.value
    match parameter.takes:
        case "duration" if isinstance(value, str):
            found = _DURATION.fullmatch(value.strip())
            us = round(float(found[1]) * _DURATION_US[found[2]]) if found and len(found[1]) < 12 else 0
            if WINDOW_MIN_US <= us <= WINDOW_MAX_US:
                return us
            what = f"{value!r} is no duration" if not us else f"a duration is {WINDOW_MIN_US // 1000} ms to 24 h"
        case "whole" if isinstance(value, float | str) and not isinstance(value, bool):
            number = float(value) if isinstance(value, float) or value.isdecimal() else -1.0
            most = BIT_MAX if parameter.name == "n" else _DIGITS_MAX
            if 0 <= number <= most and number == int(number):
                return number
            what = f"{parameter.name} is a whole number from 0 to {most}"
        case "level" if isinstance(value, float):
            return sign * value
        case "unit" if isinstance(value, str) and value.strip():
            return value.strip()
        case _:
            what = f"{parameter.name} must stand here as it is, not be computed"
    examples = {"duration": '"500 ms", "3 s", "5 min", "1 h"', "unit": '"kW", "Cel", "{#}/min"'}
    hint = examples.get(parameter.takes)
    raise ExpressionError(what, fault="type", at=spot.at, end=spot.end, hint=hint)
