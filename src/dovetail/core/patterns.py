"""How a text from a device is taken apart: a pattern with named parts, refused beforehand where it could take for ever.

Pure. Python's patterns try alternatives one after another, and a careless one tries more of them than a telegram has
letters to the tenth power. Here the most that a pattern can try on the longest telegram is worked out before it is
used; whoever wrote it bounds its repeats or anchors it.
"""

from __future__ import annotations

import re
from re import _constants, _parser  # type: ignore[attr-defined]  # what a pattern is made of: no public way
from typing import Any, Final, cast

TRIES_MAX: Final = 4_000_000  # about a tenth of a second in the worst telegram that anybody could send
PATTERN_MAX: Final = 500
_ESCAPE: Final = re.compile(r"\\.", re.DOTALL)
_SETS: Final = re.compile(r"\\.|\(\?#[^)]*+|\[\^?+\]?+(?:\\.|[^\]\\])*+", re.DOTALL)  # and escapes, and comments
_ANNOUNCED: Final = ("[[", "--", "&&", "~~", "||")  # in a set Python will read them as sets in sets, and warns of it

codes, parsing = cast("Any", _constants), cast("Any", _parser)

type Pattern = re.Pattern[str]


def checked(pattern: str, frame_max: int) -> Pattern:
    """The pattern, compiled. Raises ValueError with what is wrong with it.

    >>> checked(r"^(?P<weight>[-+ ][ 0-9.]{1,9})(?P<unit>kg|g)", 64).groupindex["unit"]
    2
    """
    if len(pattern) > PATTERN_MAX:
        raise ValueError(f"a pattern has at most {PATTERN_MAX} characters")
    if any(map(_may_change, _SETS.findall(pattern))):
        raise ValueError("a later Python will read this set otherwise: in a set put a \\ before [, -, &, ~ and |")
    try:
        parsed = parsing.parse(pattern)
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"this is no pattern: {error}") from error
    items = list[Any](parsed)
    anchored = bool(items) and items[0] == (codes.AT, codes.AT_BEGINNING)
    tries = _sequence(items, frame_max) * (1 if anchored else frame_max)
    if tries > TRIES_MAX:
        raise ValueError(
            "this pattern could try too many ways on one telegram: bound its repeats, like \\d{1,8} for \\d+, "
            "and begin it with ^"
        )
    return compiled


def _may_change(found: str) -> bool:
    """Whether what `_SETS` found is a set that a later Python reads otherwise."""
    return found[0] == "[" and any(one in _ESCAPE.sub(" ", found) for one in _ANNOUNCED)


def _sequence(items: Any, longest: int) -> int:
    total = 1
    for code, argument in items:
        total = min(total * _tries(code, argument, longest), TRIES_MAX**2)
    return total


def _tries(code: Any, argument: Any, longest: int) -> int:
    """In how many ways one part may match, at most."""
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        least, most, inner = argument
        most = min(int(most), longest)
        each = _sequence(inner, longest)
        spread = max(most - int(least), 0) + 1
        return spread if each == 1 else min(each ** min(most, 64) * spread, TRIES_MAX**2)
    if code is codes.SUBPATTERN:
        return _sequence(argument[3], longest)
    if code is codes.ATOMIC_GROUP:
        return _sequence(argument, longest)
    if code is codes.BRANCH:
        return sum(_sequence(branch, longest) for branch in argument[1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return _sequence(argument[1], longest)
    if code in (codes.GROUPREF, codes.GROUPREF_EXISTS):
        raise ValueError("a pattern refers to no part of itself")
    return 1
