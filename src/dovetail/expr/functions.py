"""The functions of the expression language: what each takes, what it says, and how it is computed on columns.

This table is the language: the checker, the evaluator and the reference page read it, nothing else knows a function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from dovetail.tracks import pointwise, windows
from dovetail.tracks.columns import Kind, Track
from dovetail.tracks.windows import Span

NEGATIVE: Final = "-x"  # no word, so that nobody can call it

type Takes = Literal["number", "bool", "any", "duration", "whole", "level", "unit"]
type Gives = Literal["number", "bool", "same"]
type UnitRule = Literal[
    "none", "keep", "alike", "compare", "multiply", "divide", "power", "root", "per", "seconds", "to"
]
type Fixed = tuple[float | str, ...]  # the arguments that stand in the text: durations in µs, whole numbers, a factor
type Compute = Callable[[list[Track], Fixed, Span], Track]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument. `default` is the text used where it is left out; `many`: as often as wanted."""

    name: str
    takes: Takes
    default: str | None = None
    many: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """`window`: the place of the duration by which it looks back; `is_moving`: looked at on a grid."""

    name: str
    parameters: tuple[Parameter, ...]
    gives: Gives
    units: UnitRule
    what: str
    example: str
    compute: Compute
    window: int | None = None
    is_moving: bool = False
    is_operator: bool = False

    def lookback_us(self, fixed: Fixed) -> int:
        """How far before a moment the arguments matter for it."""
        if self.window is None:
            return 0
        window_us = int(fixed[self.window])
        return window_us + (windows.tick_us(window_us) if self.is_moving else 0)

    @property
    def signature(self) -> str:
        """As it is written."""
        if self.is_operator:
            return self.example
        parts = [f"{p.name}…" if p.many else p.name if p.default is None else f"[{p.name}]" for p in self.parameters]
        return f"{self.name}({', '.join(parts)})"


def _p(name: str, takes: Takes, default: str | None = None, *, many: bool = False) -> Parameter:
    return Parameter(name, takes, default, many)


_X: Final = (_p("x", "number"),)
_AB: Final = (_p("a", "number"), _p("b", "number"))
_TRUTHS: Final = (_p("a", "bool", many=True),)
_HOLD: Final = "1 s"


def _operators() -> list[Function]:
    arithmetic: list[tuple[str, UnitRule, str]] = [
        ("+", "alike", "sum; both in one unit"),
        ("-", "alike", "difference; both in one unit"),
        ("*", "multiply", "product; the units are multiplied"),
        ("/", "divide", "quotient; the units are divided; by 0: BAD, division by zero"),
        ("//", "divide", "quotient without its fraction, rounded down; by 0: BAD"),
        ("%", "alike", "what remains of a division, with the sign of the divisor; by 0: BAD"),
        ("**", "power", "power"),
    ]
    found = [
        Function(s, _AB, "number", units, what, f"a {s} b", pointwise.ARITHMETIC[s], is_operator=True)
        for s, units, what in arithmetic
    ]
    found.append(Function(NEGATIVE, _X, "number", "keep", "the opposite", "-x", pointwise.negative, is_operator=True))
    for sign, words in (("<", "less"), ("<=", "at most"), (">", "more"), (">=", "at least")):
        compute = pointwise.COMPARISONS[sign]
        found.append(Function(sign, _AB, "bool", "compare", words, f"a {sign} b", compute, is_operator=True))
    both = (_p("a", "any"), _p("b", "any"))
    for sign, words in (("==", "equal; numbers, truths or texts"), ("!=", "not equal")):
        compute = pointwise.COMPARISONS[sign]
        found.append(Function(sign, both, "bool", "compare", words, f"a {sign} b", compute, is_operator=True))
    branches = (_p("test", "bool"), _p("a", "any"), _p("b", "any"))
    return [
        *found,
        Function("and", _TRUTHS, "bool", "none", "both; BAD if one is BAD", "a and b", pointwise.both,
                 is_operator=True),
        Function("or", _TRUTHS, "bool", "none", "one of them; BAD if one is BAD", "a or b", pointwise.either,
                 is_operator=True),
        Function("not", (_p("a", "bool"),), "bool", "none", "the contrary", "not a", pointwise.contrary,
                 is_operator=True),
        Function("if", branches, "same", "alike", "a where the test is true, else b; the other one may be BAD",
                 "a if test else b", pointwise.choose, is_operator=True),
    ]  # fmt: skip


def _pointwise() -> list[Function]:
    numbers = (_p("x", "number", many=True),)
    scale = tuple(_p(name, "number") for name in ("x", "from_low", "from_high", "to_low", "to_high"))
    return [
        Function("abs", _X, "number", "keep", "without its sign", "abs(speed)", pointwise.absolute),
        Function("min", numbers, "number", "alike", "the smallest", "min(a, b, c)", pointwise.smallest),
        Function("max", numbers, "number", "alike", "the largest", "max(a, b, c)", pointwise.largest),
        Function("round", (*_X, _p("digits", "whole", "0")), "number", "keep",
                 "to so many digits; halves to the even neighbour", "round(x, 1)", pointwise.rounded),
        Function("floor", _X, "number", "keep", "the whole number below", "floor(x)", pointwise.floor),
        Function("ceil", _X, "number", "keep", "the whole number above", "ceil(x)", pointwise.ceil),
        Function("sqrt", _X, "number", "root", "square root; of a negative number: BAD", "sqrt(x)", pointwise.root),
        Function("clamp", tuple(_p(n, "number") for n in ("x", "low", "high")), "number", "alike",
                 "x, but not below low nor above high", "clamp(x, 0, 100)", pointwise.clamp),
        Function("scale", scale, "number", "none", "linear: from_low becomes to_low, from_high becomes to_high",
                 "scale(raw, 4, 20, 0, 250)", pointwise.scale),
        Function("bit", (*_X, _p("n", "whole")), "bool", "none",
                 "whether bit n (0…52) of a whole number is set", "bit(word, 3)", pointwise.bit),
        Function("to", (*_X, _p("unit", "unit")), "number", "to", "the same in another unit (UCUM)",
                 'to(power, "kW")', pointwise.converted),
        Function("number", (_p("a", "bool"),), "number", "none", "1 for true, 0 for false", "number(running)",
                 pointwise.number),
        Function("if_good", (_p("x", "any"), _p("y", "any")), "same", "alike",
                 "x where it is GOOD, else y: with the quality of what was taken", "if_good(scale_a, scale_b)",
                 pointwise.if_good),
        Function("is_good", (_p("x", "any"),), "bool", "none",
                 "whether x is GOOD; the answer itself always is", "is_good(speed)", pointwise.is_good),
    ]  # fmt: skip


def _windows() -> list[Function]:
    truth, value = _p("a", "bool"), _p("x", "any")
    window, hold = _p("window", "duration"), _p("hold", "duration", _HOLD)
    number = _p("x", "number")

    def held(compute: Callable[[Track, int, Span], Track]) -> Compute:
        return lambda tracks, fixed, span: compute(tracks[0], int(fixed[0]), span)

    def between(tracks: list[Track], fixed: Fixed, span: Span) -> Track:
        low, high, window_us = float(fixed[0]), float(fixed[1]), int(fixed[2])
        return windows.hysteresis(tracks[0], low, high, window_us, span)

    def rate(tracks: list[Track], fixed: Fixed, span: Span) -> Track:
        return windows.rate(tracks[0], int(fixed[0]), int(fixed[1]), span)

    return [
        Function("rate", (number, window, _p("per", "duration", "1 s")), "number", "per",
                 "by how much x has changed over the window, per second or per `per`", 'rate(level, "5 min", "1 h")',
                 rate, 0, is_moving=True),
        Function("increase", (number, window), "number", "keep",
                 "what a counter has counted over the window; a step down is a reset to zero",
                 'increase(good, "1 min")', held(windows.increase), 0, is_moving=True),
        Function("mean", (number, window), "number", "keep",
                 "time-weighted mean over the moving window; UNCERTAIN where it is not covered",
                 'mean(temperature, "5 min")', held(windows.mean), 0, is_moving=True),
        Function("integral", (number, window), "number", "seconds",
                 "added up over the moving window, in the unit times seconds", 'to(integral(power, "1 h"), "kW.h")',
                 held(windows.integral), 0, is_moving=True),
        Function("hysteresis", (number, _p("low", "level"), _p("high", "level"), _p("window", "duration", "1 h")),
                 "bool", "none",
                 "true over high, false under low, between them what it was; after a window there the middle decides",
                 "hysteresis(current, 1.2, 2.0)", between, 2),
        Function("previous", (value, window), "same", "keep", "the value of x a window ago",
                 'level - previous(level, "1 min")', held(windows.previous), 0),
        Function("rising", (truth, hold), "bool", "none", "true for `hold` after a became true", "rising(door_open)",
                 held(windows.rising), 0),
        Function("falling", (truth, hold), "bool", "none", "true for `hold` after a became false",
                 'falling(running, "5 s")', held(windows.falling), 0),
        Function("changed", (value, hold), "bool", "none", "true for `hold` after x became another",
                 "changed(recipe)", held(windows.changed), 0),
        Function("on_delay", (truth, window), "bool", "none",
                 "true once a has been true for the whole window; a BAD moment begins it anew",
                 'on_delay(speed < 5, "30 s")', held(windows.on_delay), 0),
        Function("off_delay", (truth, window), "bool", "none", "true while a is, and for the window after",
                 'off_delay(part_seen, "3 s")', held(windows.off_delay), 0),
    ]  # fmt: skip


FUNCTIONS: Final[Mapping[str, Function]] = {one.name: one for one in (*_operators(), *_pointwise(), *_windows())}
CALLABLE: Final = frozenset(name for name, one in FUNCTIONS.items() if not one.is_operator)


def kinds(function: Function) -> tuple[Kind | None, ...]:
    """What each parameter that is no constant takes; None: anything."""
    wanted: dict[Takes, Kind | None] = {"number": "number", "bool": "bool", "any": None}
    return tuple(wanted[one.takes] for one in function.parameters if one.takes in wanted)
