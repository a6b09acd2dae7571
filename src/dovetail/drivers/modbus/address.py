"""Where a value stands in a Modbus device: `40001`, `30001:float32`, `00017`, `40010.3`, as its manual numbers them.

Classic notation: the first digit is the area (0 coils, 1 discrete inputs, 3 input registers, 4 holding registers),
the rest a number that counts from 1 and has four digits (to 9999) or five (to 65536). `+n` counts on from there. A
register may be followed by one bit (`.0` is the lowest) or by a type and an order of its bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal, cast, get_args

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.drivers.planner import Span

type Area = Literal["coil", "discrete", "input", "holding"]
type Order = Literal["ABCD", "CDAB", "BADC", "DCBA"]

EXAMPLES: Final = "40001 · 30001:float32 · 00017 · 40010.3 · 400001:uint32:CDAB · 40021:string16"
AREAS: Final[dict[str, Area]] = {"0": "coil", "1": "discrete", "3": "input", "4": "holding"}
BITS: Final = frozenset({"coil", "discrete"})  # areas of single bits; the others hold registers of 16
ORDERS: Final[tuple[Order, ...]] = get_args(Order.__value__)
REGISTERS: Final[dict[str, int]] = {
    "int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "float32": 2, "int64": 4, "uint64": 4, "float64": 4,
}  # fmt: skip
STRING_MAX: Final = 246  # bytes: what one write can carry, 123 registers
_CALLED: Final = {
    "word": "uint16", "short": "int16", "int": "int16", "uint": "uint16", "dword": "uint32", "dint": "int32",
    "udint": "uint32", "long": "int32", "ulong": "uint32", "real": "float32", "float": "float32", "lreal": "float64",
    "double": "float64", "lint": "int64", "ulint": "uint64", "qword": "uint64", "bool": "bit", "bit": "bit",
}  # fmt: skip
_SHAPE: Final = re.compile(
    r"(?P<number>[0-9]+)(?:\+(?P<offset>[0-9]{1,5}))?(?:\.(?P<bit>[0-9]+))?"
    r"(?::(?P<type>[A-Za-z0-9]+))?(?::(?P<order>[A-Za-z]+))?"
)
_STRING: Final = re.compile(r"string([0-9]{1,4})?")
_HINT: Final = f"write it like {EXAMPLES}"


@dataclass(frozen=True, slots=True)
class ModbusAddress:
    """One value in a device. `position` is what goes over the wire: it counts from 0 within its area.

    `type` is `bit` or one of REGISTERS or `string`; `length` counts bits or registers; `size` is the bytes of a
    string; `order` None means the connection's.
    """

    area: Area
    position: int
    type: str
    length: int = 1
    bit: int = 0
    size: int = 0
    order: Order | None = None

    @property
    def span(self) -> Span:
        return Span(self.position, self.length)

    def order_or(self, usual: Order) -> Order:
        """The order of its bytes: its own, else `usual`; one register is always highest byte first (§4.2)."""
        return self.order or ("ABCD" if self.length == 1 and self.type != "string" else usual)

    def __str__(self) -> str:
        """The number a manual would use, six digits."""
        return name_of(self.area, self.position)


def name_of(area: Area, position: int) -> str:
    """The classic six-digit number of a position on the wire.

    >>> name_of("holding", 107)
    '400108'
    """
    return f"{next(digit for digit, name in AREAS.items() if name == area)}{position + 1:05}"


def parse_address(text: str) -> ModbusAddress:
    """An address as written in plant code. Raises ConfigError that says which part is wrong.

    >>> parse_address("40108:float32:CDAB")
    ModbusAddress(area='holding', position=107, type='float32', length=2, bit=0, size=0, order='CDAB')
    """
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise _wrong(text, "an address is a number of five or six digits", _suggest(text))
    area, position = _place(text, found["number"], int(found["offset"] or 0))
    if area in BITS:
        return _single(text, area, position, found)
    if found["bit"] is not None:
        return _bit(text, area, position, found)
    address = _register(text, area, position, found)
    if address.position + address.length > 65536:
        raise _wrong(text, "it reaches past register 65536")
    return address


def parse_range(text: str) -> tuple[Area, Span]:
    """`40100-40199`: a stretch of one area, both ends included. Raises ConfigError."""
    first, dash, last = text.partition("-")
    begin, end = parse_address(first), parse_address(last if dash else first)
    if begin.area != end.area or end.position < begin.position:
        raise _wrong(text, "a range goes up within one area", "write it like 40100-40199")
    return begin.area, Span(begin.position, end.position + end.length - begin.position)


def fits(text: str, kind: Kind) -> None:
    """Raise ConfigError when the address brings no values of this kind."""
    address = parse_address(text)
    if address.type == "bit":
        allowed, hint = (Kind.BOOL,), "kind: bool"
    elif address.type == "string":
        allowed, hint = (Kind.STR,), "kind: str"
    elif address.type.startswith("float"):
        allowed, hint = (Kind.F64,), "kind: f64"
    else:
        allowed, hint = (Kind.F64, Kind.I64, Kind.U64), "kind: f64, i64 or u64"
    if kind in allowed:
        return
    if kind is Kind.BOOL:
        hint = f"one bit of it: {text.split(':', maxsplit=1)[0]}.0"
    elif kind is Kind.STR and address.type != "bit":
        hint = f"{hint}; a text is {text.split(':', maxsplit=1)[0]}:string16"
    what = "one bit" if address.type == "bit" else address.type
    raise ConfigError(f"{text!r} is {what} and not {kind.name.lower()}", code="modbus-kind", hint=hint)


def _place(text: str, number: str, offset: int) -> tuple[Area, int]:
    if len(number) not in (5, 6):
        raise _wrong(text, "an address is a number of five or six digits", _suggest(text))
    area = AREAS.get(number[0])
    if area is None:
        what = f"{number[0]} is no area: 0 coils, 1 discrete inputs, 3 input registers, 4 holding registers"
        raise _wrong(text, what, f"did you mean 4{number[1:]} or 3{number[1:]}?")
    if int(number[1:]) == 0:
        raise _wrong(text, "numbers count from 1", f"did you mean {number[:-1]}1?")
    position = int(number[1:]) - 1 + offset
    if position > 65535:
        raise _wrong(text, "an area ends at 65536")
    return area, position


def _single(text: str, area: Area, position: int, found: re.Match[str]) -> ModbusAddress:
    for part, what in (("bit", "a bit of its own"), ("type", "a type"), ("order", "an order of bytes")):
        if found[part] is not None:
            named = "a coil" if area == "coil" else "a discrete input"
            raise _wrong(text, f"{named} is one bit and has no {what[2:]}", f"did you mean {found['number']}?")
    return ModbusAddress(area, position, "bit")


def _bit(text: str, area: Area, position: int, found: re.Match[str]) -> ModbusAddress:
    if found["type"] is not None or found["order"] is not None:
        raise _wrong(text, "a bit has neither type nor order", f"did you mean {text.split(':', maxsplit=1)[0]}?")
    if int(found["bit"]) > 15:
        raise _wrong(text, "a register has bits .0 to .15", "the next sixteen are in the next register")
    return ModbusAddress(area, position, "bit", bit=int(found["bit"]))


def _register(text: str, area: Area, position: int, found: re.Match[str]) -> ModbusAddress:
    kind, order = found["type"], found["order"]
    if order is None and kind is not None and kind.upper() in ORDERS:
        kind, order = None, kind  # 40001:CDAB
    chosen = _order(text, order)
    name = "uint16" if kind is None else kind.lower()
    string = _STRING.fullmatch(name)
    if string is not None:
        size = int(string[1] or 0)
        if not 1 <= size <= STRING_MAX:
            raise _wrong(text, f"a string has its length in bytes, 1 to {STRING_MAX}", "write it like 40021:string16")
        return ModbusAddress(area, position, "string", (size + 1) // 2, size=size, order=chosen)
    if name not in REGISTERS:
        raise _wrong(text, f"there is no type {kind}", _meant(name, found["number"]))
    return ModbusAddress(area, position, name, REGISTERS[name], order=chosen)


def _order(text: str, order: str | None) -> Order | None:
    if order is None:
        return None
    if order.upper() not in ORDERS:
        raise _wrong(text, f"there is no order {order}", f"{', '.join(ORDERS)}; ABCD is the highest byte first")
    return cast("Order", order.upper())


def _meant(name: str, number: str) -> str:
    called = _CALLED.get(name)
    if called == "bit":
        return f"one bit of a register is {number}.0"
    close = [called] if called else get_close_matches(name, [*REGISTERS, "string16"], n=1)
    return f"did you mean {close[0]}?" if close else f"types are {', '.join(REGISTERS)}, string16"


def _suggest(text: str) -> str:
    """A position that counts from 0, as many manuals print it, in classic notation."""
    plain = text.strip().lower()
    hexadecimal = re.fullmatch(r"0x([0-9a-f]{1,4})|([0-9a-f]{1,4})h", plain)
    if hexadecimal is not None:
        position = int(hexadecimal[1] or hexadecimal[2], 16)
    elif re.fullmatch(r"[0-9]{1,4}", plain):
        position = int(plain)
    else:
        return _HINT
    named = f"holding register {name_of('holding', position)}, input register {name_of('input', position)}"
    return f"a position that counts from 0 is {named}"


def _wrong(text: str, what: str, hint: str = _HINT) -> ConfigError:
    return ConfigError(f"{text!r} is no Modbus address: {what}", code="modbus-address", hint=hint)
