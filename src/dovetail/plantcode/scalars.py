"""What an unquoted word in a plant's file means, where YAML 1.1 and 1.2 agree; where they do not, it is a trap.

Norway's `no`, the octal 010, the base-60 12:30 and the date 2026-01-05 have each stopped a plant somewhere.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from dovetail.plantcode import codes

DIGITS_MAX: Final = 25  # u64 has 20; a longer run of digits is no number of a plant

_WORDS: Final[dict[str, object]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_YES_NO: Final = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_STARTS_NUMBER: Final = frozenset("0123456789+-.")
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z", re.ASCII)
_HEX: Final = re.compile(r"0x[0-9a-fA-F]+\Z", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_ODD: Final = re.compile(r"[-+]?(?:0[0-9]+|0o[0-7]+|0b[01_]+|[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?|0x[0-9a-fA-F_]*_\w*)\Z", re.ASCII)  # fmt: skip  # noqa: E501
_BASE_60: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?\Z", re.ASCII)
_NOT_FINITE: Final = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")


@dataclass(frozen=True, slots=True)
class Trap:
    """An unquoted scalar that different readers understand differently, and what to write instead."""

    code: str
    message: str
    hint: str


def plain(text: str) -> object:
    """The value of an unquoted scalar: None, bool, int, float or str; or the `Trap` it is.

    >>> plain("8080"), plain("10.0.0.1"), plain("true")
    (8080, '10.0.0.1', True)
    >>> plain("010").code
    'DT-P015'
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _STARTS_NUMBER:
        return _number(text)
    if len(text) <= 3 and text.lower() in _YES_NO:
        meant = _YES_NO[text.lower()]
        return Trap(codes.YES_NO, f"{text} is neither true nor a word", f'write {meant}, or "{text}" for the word')
    if text == "<<" or text == "=":
        return Trap(codes.ANCHOR, f"{text} has a meaning of its own in YAML", "use an equipment class, or quote it")
    return text


def _number(text: str) -> object:
    if _INTEGER.match(text):
        if len(text) > DIGITS_MAX:
            return Trap(codes.NUMBER_RANGE, "this number is larger than any counter", "quote it if it is an identifier")
        return int(text)
    if _ODD.match(text):
        return Trap(codes.ODD_NUMBER, f"{text[:40]} is read differently by different YAML readers", _odd_hint(text))
    if _FLOAT.match(text) and len(text) <= 2 * DIGITS_MAX:
        value = float(text)
        if value in (float("inf"), float("-inf")):
            return Trap(codes.NUMBER_RANGE, f"{text} is larger than any number", "write a finite number")
        return value
    if _HEX.match(text) and len(text) <= DIGITS_MAX:
        return int(text, 16)
    if _BASE_60.match(text):
        return Trap(codes.CLOCK_TIME, f"{text[:40]} is a base-60 number to some YAML readers", f'write "{text[:40]}"')
    if _DATE.match(text):
        return Trap(codes.DATE, f"{text[:40]} is a date to some YAML readers", f'write "{text[:40]}"')
    if _NOT_FINITE.match(text):
        return Trap(codes.NUMBER_RANGE, f"{text} is no quantity", "write a finite number, or leave the field out")
    return text


def _odd_hint(text: str) -> str:
    digits = text.replace("_", "")
    base = {"0o": 8, "0b": 2, "0x": 16}.get(digits[:2].lower())
    if base is not None:
        with suppress(ValueError):  # what has no digit after its 0x, or one that is none
            if len(digits) <= DIGITS_MAX:
                return f'write {int(digits, base)}, or "{text}" for the text'
        return f'write "{text[:40]}" for the text'
    stripped = digits.lstrip("+-0") or "0"
    return f'write {stripped[:40]}, or "{text[:40]}" for the text'
