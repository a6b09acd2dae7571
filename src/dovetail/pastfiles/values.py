"""What a cell of a foreign history says of a signal of a kind, and how good it is."""

from __future__ import annotations

import math
from typing import Final

from dovetail.core import quality as q
from dovetail.core.batch import Kind, Value
from dovetail.core.limits import STRING_BYTES_MAX

TRUE: Final = frozenset(("true", "1", "1.0", "on", "yes", "t", "ein", "ja", "wahr"))
FALSE: Final = frozenset(("false", "0", "0.0", "off", "no", "f", "aus", "nein", "falsch"))
NOTHING: Final = frozenset(("", "null", "none", "nan", "na", "n/a"))
BAD_STATES: Final[dict[str, int]] = {  # the words that the PI Data Archive stores instead of a value
    "bad": q.BAD, "bad input": q.BAD_DEVICE, "bad data": q.BAD_DEVICE, "no data": q.BAD, "pt created": q.BAD,
    "i/o timeout": q.BAD_COMM, "comm fail": q.BAD_COMM, "not connect": q.BAD_NOT_CONNECTED, "configure": q.BAD_CONFIG,
    "scan off": q.BAD_OUT_OF_SERVICE, "shutdown": q.BAD_OUT_OF_SERVICE, "intf shut": q.BAD_NOT_CONNECTED,
    "calc failed": q.BAD_CONFIG, "over range": q.BAD_DEVICE, "under range": q.BAD_DEVICE, "no sample": q.BAD,
    "arc off-line": q.BAD,
}  # fmt: skip
WORDS: Final[dict[str, int]] = {
    "good": q.GOOD, "ok": q.GOOD, "gut": q.GOOD, "uncertain": q.UNCERTAIN, "questionable": q.UNCERTAIN,
    "substituted": q.GOOD | q.SUBSTITUTED, "annotated": q.GOOD, "bad": q.BAD, "schlecht": q.BAD,
    **{name.lower(): number for number, name in q.NAMES.items()},
}  # fmt: skip
_I64: Final = (-(1 << 63), (1 << 63) - 1)


def value_of(text: str | None, kind: Kind, *, comma: bool) -> tuple[Value, int]:
    """(value, quality as far as the value itself says it). Raises ValueError for what is no value of that kind."""
    word = "" if text is None else text.strip()
    if kind in (Kind.STR, Kind.JSON):
        return (None, q.BAD) if text is None else (_short(text), q.GOOD)
    low = word.lower()
    if low in NOTHING:
        return None, q.BAD
    if low in BAD_STATES:
        return None, BAD_STATES[low]
    if kind is Kind.BOOL:
        if low in TRUE or low in FALSE:
            return low in TRUE, q.GOOD
        raise ValueError(f"{word[:40]!r} is neither yes nor no")
    number = _number(word.replace(",", ".") if comma else word)
    if not math.isfinite(number):
        raise ValueError(f"{word[:40]!r} is no finite number")
    if kind is Kind.F64:
        return float(number), q.GOOD
    return _whole(word, number, kind), q.GOOD


def _short(text: str) -> str:
    if len(text.encode("utf-8", "replace")) > STRING_BYTES_MAX:
        raise ValueError(f"a text of a signal has at most {STRING_BYTES_MAX:,} bytes")
    return text


def _number(word: str) -> float | int:
    try:
        number = int(word) if word.lstrip("+-").isdigit() else float(word)
        return number if math.isfinite(number) else float(number)
    except (ValueError, OverflowError) as error:  # digits without end are no number either
        raise ValueError(f"{word[:40]!r} is no number") from error


def _whole(word: str, number: float | int, kind: Kind) -> int:
    low, high = _I64 if kind is Kind.I64 else (0, (1 << 64) - 1)
    if number != int(number) or not low <= int(number) <= high:
        raise ValueError(f"{word[:40]!r} is no whole number that the signal can have")
    return int(number)


def quality_of(text: str | None) -> int | None:
    """OPC DA's byte, of a number or a word; None where nothing is said. Raises ValueError for what nobody knows.

    A number above 255 is a StatusCode of OPC UA, whose two highest bits say it: 00 good, 01 uncertain, 10 bad.
    """
    word = "" if text is None else text.strip()
    if not word:
        return None
    if word.isdigit():
        number = int(word)
        if number <= 0xFFFF:
            return number
        if number < 1 << 32:
            return (q.GOOD, q.UNCERTAIN, q.BAD, q.BAD)[number >> 30]
    main, _, marks = word.partition("+")
    known = WORDS.get(main.strip().lower())
    if known is None:
        raise ValueError(f"{word[:40]!r} is no quality")
    return known | (q.TIME_REANCHORED if "TIME_REANCHORED" in marks else 0) | (q.HELD if "HELD" in marks else 0) | (
        q.SUBSTITUTED if "SUBSTITUTED" in marks else 0
    )  # fmt: skip
