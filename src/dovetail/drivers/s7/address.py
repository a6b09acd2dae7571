"""Where a value stands in an S7 controller: `DB10.DBD4:real`, `DB10.DBX2.3`, `MW20:int`, as STEP 7 and TIA write it.

A data block's bytes count from 0; X names one bit, B, W, D and L one, two, four and eight bytes. A type follows after
a colon; without one it is a bit, byte, word, dword or lword. I, Q and M are inputs, outputs and flags; the German E
and A are understood. `[n]` after a type is an array of n.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal, NamedTuple, cast

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.drivers.planner import Span

type Area = Literal["DB", "I", "Q", "M"]

EXAMPLES: Final = (
    "DB10.DBD4:real · DB10.DBX2.3 · DB10.DBW6:int · DB10.DBB20:string30 · DB10.DBW60:int[8] · MD20:dint · I0.3"
)
INTEGERS: Final[dict[str, int]] = {
    "byte": 1, "usint": 1, "sint": 1, "word": 2, "uint": 2, "int": 2, "dword": 4, "udint": 4, "dint": 4, "lword": 8,
    "ulint": 8, "lint": 8, "time": 4, "ltime": 8, "tod": 4, "s5time": 2,
}  # fmt: skip
FLOATS: Final[dict[str, int]] = {"real": 4, "lreal": 8}
MOMENTS: Final[dict[str, int]] = {"date": 2, "dt": 8, "dtl": 12, "ldt": 8}
TEXTS: Final = frozenset({"char", "string", "wstring"})
STRING_MAX: Final = 254  # characters: the actual length of a STRING is one byte
WSTRING_MAX: Final = 1_022  # more is no text of a machine
ARRAY_MAX: Final = 1_000  # elements; an array is one value of the plant, not a way to read a block
_OTHER_NAMES: Final = {
    "bool": "bit", "date_and_time": "dt", "time_of_day": "tod", "float": "real", "float32": "real", "double": "lreal",
    "float64": "lreal", "int16": "int", "uint16": "uint", "int32": "dint", "uint32": "udint", "int64": "lint",
    "uint64": "ulint", "int8": "sint", "uint8": "usint", "short": "int", "long": "dint",
}  # fmt: skip
_UNDERSTOOD: Final = frozenset({"bool", "date_and_time", "time_of_day"})  # the others are suggested
_BARE: Final = {"X": "bit", "B": "byte", "W": "word", "D": "dword", "L": "lword"}
_WIDTH: Final = {"W": 2, "D": 4, "L": 8}
_GERMAN: Final = {"E": "I", "A": "Q"}
_SHAPE: Final = re.compile(
    r"(?:DB(?P<db>[0-9]{1,5})\.DB(?P<db_size>[XBWDL])|(?P<area>[IQMEA])(?P<size>[XBWDL]?))(?P<byte>[0-9]{1,5})"
    r"(?:\.(?P<bit>[0-9]+))?(?::(?P<type>[a-z][a-z0-9_]*)(?:\[(?P<count>[0-9]{1,5})\])?)?",
    re.IGNORECASE,
)
_COMMA: Final = re.compile(r"DB([0-9]{1,5}),([A-Z]+)([0-9]+)(?:\.([0-9]+))?", re.IGNORECASE)
_SIZES: Final = {"X": "X", "BYTE": "B", "B": "B", "WORD": "W", "W": "W", "DWORD": "D", "D": "D"}


class Memory(NamedTuple):
    """A stretch of memory with positions of its own: one data block, or the inputs, outputs or flags."""

    area: Area
    db: int = 0

    def __str__(self) -> str:
        return f"DB{self.db}" if self.area == "DB" else self.area


@dataclass(frozen=True, slots=True)
class S7Address:
    """One value in a controller: `length` bytes from `start` on.

    `type` is `bit` or a name of INTEGERS, FLOATS, MOMENTS or TEXTS; `size` counts the characters of a string; `count`
    the elements of an array, 0 for a value that is none.
    """

    memory: Memory
    start: int
    type: str
    length: int
    bit: int = 0
    size: int = 0
    count: int = 0

    @property
    def span(self) -> Span:
        return Span(self.start, self.length)


def parse_address(text: str) -> S7Address:
    """An address as written in plant code. Raises ConfigError that says which part is wrong.

    >>> parse_address("DB10.DBD4:real")
    S7Address(memory=Memory(area='DB', db=10), start=4, type='real', length=4, bit=0, size=0, count=0)
    """
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise _wrong(text, *_misspelt(text.strip()))
    memory, letter = _memory(text, found), (found["db_size"] or found["size"] or "X").upper()
    start = int(found["byte"])
    name = (found["type"] or _BARE[letter]).lower()
    size = 0
    if (string := re.fullmatch(r"(w?string)([0-9]+)?", name)) is not None:
        name, size = string[1], int(string[2] or found["count"] or 0)
    name = _OTHER_NAMES[name] if name in _UNDERSTOOD else name
    bit = _bit(text, found, letter, name)
    count = 0 if size else int(found["count"] or 0)
    length = _length(text, name, bit=bit, size=size, count=count)
    if found["count"] is not None and not size and not 1 <= count <= ARRAY_MAX:
        raise _wrong(text, f"an array has 1 to {ARRAY_MAX} elements")
    _check_letter(text, letter, name, length=length if not count else length // count, start=start)
    if start + length > 65536:
        raise _wrong(text, "it reaches past byte 65535")
    return S7Address(memory, start, name, length, bit, size, count)


def parse_range(text: str) -> tuple[Memory, Span]:
    """`DB10.DBB100-DBB199`, `MB100-MB109`: a stretch of one memory, both ends included. Raises ConfigError."""
    first, dash, last = (part.strip() for part in text.partition("-"))
    begin = parse_address(first)
    if not dash:
        last = first
    elif begin.memory.area == "DB" and "." not in last:
        last = f"DB{begin.memory.db}.{last}"
    end = parse_address(last)
    if begin.memory != end.memory or end.start < begin.start:
        raise _wrong(text, "a range goes up within one block or area", "write it like DB10.DBB100-DBB199")
    return begin.memory, Span(begin.start, end.start + end.length - begin.start)


def fits(text: str, kind: Kind) -> None:
    """Raise ConfigError when the address brings no values of this kind."""
    address = parse_address(text)
    bare = text.split(":", maxsplit=1)[0]
    if address.count:
        allowed, hint = (Kind.JSON,), "kind: json brings an array as a list"
    elif address.type == "bit":
        allowed, hint = (Kind.BOOL,), "kind: bool"
    elif address.type in TEXTS or address.type in MOMENTS:
        allowed, hint = (Kind.STR,), "kind: str"
    elif address.type in FLOATS:
        allowed, hint = (Kind.F64,), "kind: f64"
    else:
        allowed, hint = (Kind.F64, Kind.I64, Kind.U64), "kind: f64, i64 or u64"
    if kind in allowed:
        return
    if kind is Kind.BOOL and not address.count:
        hint = f"one bit of it: {_as_bit(address)}"
    elif kind is Kind.STR and address.type != "bit" and not address.count:
        hint = f"{hint}; a text is {bare}:string30"
    what = f"an array of {address.type}" if address.count else "one bit" if address.type == "bit" else address.type
    raise ConfigError(f"{text!r} is {what} and not {kind.name.lower()}", code="s7-kind", hint=hint)


def _as_bit(address: S7Address) -> str:
    """Bit 0 of a value: the last of its bytes holds it."""
    at = address.start + address.length - 1
    return f"{address.memory}.DBX{at}.0" if address.memory.area == "DB" else f"{address.memory}{at}.0"


def _memory(text: str, found: re.Match[str]) -> Memory:
    if found["db"] is None:
        area = found["area"].upper()
        return Memory(cast("Area", _GERMAN.get(area, area)))
    if not 1 <= int(found["db"]) <= 65535:
        raise _wrong(text, "data blocks are numbered from 1 to 65535")
    return Memory("DB", int(found["db"]))


def _bit(text: str, found: re.Match[str], letter: str, name: str) -> int:
    if found["bit"] is None:
        if name == "bit":
            what = "a bit is named by its byte and its place in it"
            raise _wrong(text, what, "one bit is written DB10.DBX2.3 or M2.3")
        return 0
    bit = int(found["bit"])
    if letter != "X":
        raise _wrong(text, f"only X has a bit after the byte, not {letter}", "one bit is written DB10.DBX2.3 or M2.3")
    if bit > 7:
        raise _wrong(text, "a byte has bits .0 to .7", "the next eight are in the next byte")
    if name != "bit" and bit:
        raise _wrong(text, f"a {name} begins with a whole byte", "the offset ends in .0")
    return bit


def _length(text: str, name: str, *, bit: int, size: int, count: int) -> int:
    """Bytes of the whole value."""
    if name in ("string", "wstring"):
        limit = STRING_MAX if name == "string" else WSTRING_MAX
        if not 1 <= size <= limit:
            raise _wrong(text, f"a {name} has its length, 1 to {limit}", f"write it like DB10.DBB20:{name}30")
        return size + 2 if name == "string" else 2 * size + 4
    if name == "bit":
        return (bit + max(count, 1) + 7) // 8
    width = INTEGERS.get(name) or FLOATS.get(name)
    if width is None and count:
        raise _wrong(text, f"there are arrays of numbers and bits, not of {name}", "write a tag for each")
    width = width or MOMENTS.get(name) or (1 if name == "char" else None)
    if width is None:
        raise _wrong(text, f"there is no type {name}", _meant(name))
    return width * max(count, 1)


def _check_letter(text: str, letter: str, name: str, *, length: int, start: int) -> None:
    """`DBW4:real` is a slip of the pen: two bytes or four?"""
    width = _WIDTH.get(letter)
    if width is None or width == length:
        return
    right = {size: other for other, size in _WIDTH.items()}.get(length, "B")
    at = f"{letter}{start}"
    fixed = re.sub(rf"{at}(?![0-9])", f"{right}{start}", text.strip().upper().split(":", maxsplit=1)[0], count=1)
    tail = text.strip().partition(":")[2]
    raise _wrong(text, f"{letter} is {width} bytes and {name} is {length}", f"did you mean {fixed}:{tail}?")


def _meant(name: str) -> str:
    known = [*INTEGERS, *FLOATS, *MOMENTS, "bool", "char", "string30", "wstring30"]
    close = [_OTHER_NAMES[name]] if name in _OTHER_NAMES else get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"types are {', '.join(known)}"


def _misspelt(text: str) -> tuple[str, str]:
    """What is wrong with an address that has another shape, and what was perhaps meant."""
    hint = f"write it like {EXAMPLES}"
    comma = _COMMA.fullmatch(text)
    if comma is not None:
        db, name, byte, bit = comma[1], comma[2].upper(), comma[3], comma[4]
        if name in _SIZES:
            return "a data block is followed by a point", f"did you mean DB{db}.DB{_SIZES[name]}{byte}" + (
                f".{bit}?" if bit else "?"
            )
        if name in ("STRING", "S", "WSTRING"):
            kind = "wstring" if name == "WSTRING" else "string"
            return "a data block is followed by a point", f"did you mean DB{db}.DBB{byte}:{kind}{bit or 30}?"
        return "a data block is followed by a point", f"did you mean DB{db}.DBB{byte}:{name.lower()}?"
    if re.match(r"DB[0-9]+\.[0-9]", text, re.IGNORECASE):
        db, _, rest = text.partition(".")
        return "it does not say how wide it is", f"did you mean {db}.DBB{rest.split(':')[0]} or {db}.DBX{rest}?"
    if re.match(r'"|[A-Za-z_]+\.[A-Za-z_]', text) and not text.upper().startswith("DB"):
        return "names of a program are not known to this protocol", "take the offsets from the block, or use OPC UA"
    if re.match(r"P[IQEA]", text, re.IGNORECASE):
        return "inputs and outputs are read from the process image", f"did you mean {text[1:]}?"
    if re.match(r"[TCZ][0-9]", text, re.IGNORECASE):
        return "timers and counters are not read", "copy the value into a flag or a data block"
    return "an address names a block or area, a size and a byte", hint


def _wrong(text: str, what: str, hint: str | None = None) -> ConfigError:
    return ConfigError(
        f"{text!r} is no S7 address: {what}", code="s7-address", hint=hint or f"write it like {EXAMPLES}"
    )
