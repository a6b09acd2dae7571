"""An address in the words of another tool becomes one of the driver that reads it here, where that is known for sure.

Modbus: classic numbers (40001), Kepware's of six digits, Ignition's HR1 · S7: STEP 7, TIA (%MW20) and `DB1,REAL4` ·
Logix: names, without the device in brackets · OPC UA and the rest: as they stand. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from dovetail.tagwords.meanings import type_of
from dovetail.tagwords.model import Row, Said
from dovetail.tagwords.words_tables import DataType

type Place = tuple[str, DataType | None]  # our address, and the type where the address tells it

_DEVICE: Final = re.compile(r"(?:ns=\d+;s=)?\[([^\[\]]{1,100})\](.+)")
_MODBUS: Final = re.compile(
    r"H?(?P<number>[0134]\d{4,5})(?:\.(?P<bit>\d{1,2})H?L?)?(?:(?P<own>:.+)|\s*\[(?P<size>\d{1,4})\](?:\s*\[\d+\])?)?",
    re.IGNORECASE,
)
_KEPWARE_TEXT: Final = re.compile(r"(?P<number>[34]\d{4,5})\.(?P<size>\d{1,3})(?P<order>[HL])", re.IGNORECASE)
_IGNITION: Final = re.compile(
    r"(?:(?P<unit>\d{1,3})\.)?(?P<area>HR|IR|C|DI)(?P<form>BCD32|BCD|UI_64|I_64|UI|US|I|F|D|S|ZS)?"
    r"(?P<place>\d{1,5})(?:\.(?P<bit>\d{1,2}))?(?::(?P<size>\d{1,3}))?",
    re.IGNORECASE,
)
_FORMS: Final = {"": "int16", "US": "uint16", "I": "int32", "UI": "uint32", "I_64": "int64", "UI_64": "uint64",
                 "F": "float32", "D": "float64"}  # fmt: skip
_AREAS: Final = {"HR": "4", "IR": "3", "C": "0", "DI": "1"}
_S7_TYPED: Final = re.compile(
    r"(?:DB(?P<db>\d{1,5})[,.]|(?P<area>[MIEQA]),?)(?P<type>[A-Z_]{1,8}?)(?P<byte>\d{1,5})(?:\.(?P<rest>\d{1,3}))?",
    re.IGNORECASE,
)
_S7_OWN: Final = re.compile(
    r"(?:DB\d{1,5}\.DB[XBWDL]|[IQMEA][XBWDL]?)\d{1,5}(?:\.\d)?(?::[a-z][a-z0-9_]*(?:\[\d+\])?)?", re.IGNORECASE
)
_S7_LETTERS: Final = {
    "X": ("X", None), "BOOL": ("X", None), "B": ("B", None), "BYTE": ("B", None), "CHAR": ("B", "char"),
    "SINT": ("B", "sint"), "USINT": ("B", "usint"), "W": ("W", None), "WORD": ("W", None), "INT": ("W", "int"),
    "UINT": ("W", "uint"), "D": ("D", None), "DWORD": ("D", None), "DINT": ("D", "dint"), "UDINT": ("D", "udint"),
    "REAL": ("D", "real"), "STRING": ("B", "string"), "DT": ("B", "dt"), "LREAL": ("B", "lreal"), "LINT": ("B", "lint"),
    "DI": ("D", "dint"), "I": ("W", "int"), "R": ("D", "real"),
}  # fmt: skip
_S7_WIDTHS: Final = {
    "int8": "sint", "uint8": "usint", "int16": "int", "uint16": "uint", "int32": "dint", "uint32": "udint",
    "int64": "lint", "uint64": "ulint", "float32": "real", "float64": "lreal", "string": "string", "time": "time",
}  # fmt: skip
_S7_NAMES: Final = {
    "char", "string", "wstring", "date", "dt", "dtl", "ldt", "tod", "time", "ltime", "s5time", "byte", "word", "dword",
    "lword",
}  # fmt: skip
_SHORTCUT: Final = re.compile(r"::\[[^\[\]]{1,100}\]")  # a topic of FactoryTalk


def translated(row: Row, driver: str) -> tuple[str, str | None] | Said:
    """(our address, its kind where it is known), or what is missing."""
    data_type = type_of(row.type)
    if isinstance(data_type, Said):
        return data_type
    place = _BY_DRIVER.get(driver, _as_it_stands)(row, data_type)
    if isinstance(place, Said):
        return place
    address, told = place
    meant = told or data_type
    kind = None if meant is None else meant.kind
    if kind in ("i64", "u64") and (row.scale, row.offset) != (1.0, 0.0):
        kind = "f64"  # a scaled count is a measurement
    return address, kind


def bare_address(text: str) -> str:
    """Without the device of Ignition's own drivers in brackets.

    >>> bare_address("ns=1;s=[PLC1]Line.Speed")
    'Line.Speed'
    """
    found = _DEVICE.fullmatch(text)
    return text if found is None else found[2]


def _as_it_stands(row: Row, _: DataType | None) -> Place:
    return row.address, None


def _logix(row: Row, _: DataType | None) -> Place | Said:
    found = _SHORTCUT.match(row.address)
    return bare_address(row.address[found.end() :] if found else row.address), None


def _modbus(row: Row, data_type: DataType | None) -> Place | Said:
    text = bare_address(row.address).strip()
    ignition = _IGNITION.fullmatch(text)
    if ignition is not None:
        return _ignition(ignition, text)
    long_text = _KEPWARE_TEXT.fullmatch(text)
    if long_text is not None:
        order = "BADC" if long_text["order"].upper() == "L" else "ABCD"
        return f"{long_text['number']}:string{int(long_text['size'])}:{order}", DataType("string", "str")
    found = _MODBUS.fullmatch(text)
    if found is None:
        return text, None  # the driver says what is wrong with it, and what it may mean
    number, bit, own = found["number"], found["bit"], found["own"]
    if found["size"] is not None:
        return Said("array", text)
    if own is not None or number[0] in "01":
        return f"{number}{own or ''}", None if own else DataType("bit", "bool")
    if bit is not None:
        return f"{number}.{bit}", DataType("bit", "bool")
    return _register(row, number, data_type)


def _register(row: Row, number: str, data_type: DataType | None) -> Place | Said:
    if data_type is None or data_type.width is None:
        return number, None
    width = data_type.width
    if width == "bit":
        return f"{number}.0", data_type
    if width == "string":
        size = re.search(r"\d+", row.type)
        return Said("type-not-read", f"{row.type} ") if size is None else (f"{number}:string{size[0]}", data_type)
    if width in ("int8", "uint8", "time", "date"):
        return Said("type-not-read", row.type)
    order = {None: "", True: ":CDAB", False: ":ABCD"}[row.swapped] if width not in ("int16", "uint16") else ""
    return (number if width == "uint16" else f"{number}:{width}{order}"), data_type


def _ignition(found: re.Match[str], text: str) -> Place | Said:
    """Ignition's Modbus addresses count from 1, as ours do."""
    area, form, place = found["area"].upper(), (found["form"] or "").upper(), int(found["place"])
    if found["unit"] is not None or not place:
        return Said("address-form", text)  # another unit is another connection
    number = f"{_AREAS[area]}{place:05}"
    if area in ("C", "DI"):
        return Said("address-form", text) if form or found["bit"] else (number, DataType("bit", "bool"))
    if found["bit"] is not None:
        return Said("address-form", text) if form else (f"{number}.{found['bit']}", DataType("bit", "bool"))
    if form == "S" and found["size"] is not None:
        return f"{number}:string{int(found['size'])}", DataType("string", "str")
    if form not in _FORMS or found["size"] is not None:
        return Said("address-form", text)
    width = _FORMS[form]
    return f"{number}:{width}", DataType(width, "f64" if width.startswith("float") else "i64")


def _s7(row: Row, data_type: DataType | None) -> Place | Said:
    text = bare_address(row.address).strip().lstrip("%").replace(" ", "")
    if _S7_OWN.fullmatch(text):
        return _s7_own(row, text, data_type)
    found = _S7_TYPED.fullmatch(text)
    if found is None or found["type"].upper() not in _S7_LETTERS:
        return (text, None) if found is None else Said("address-form", row.address)
    letter, name = _S7_LETTERS[found["type"].upper()]
    rest = found["rest"]
    if name == "string":
        if rest is None:
            return Said("type-not-read", f"{row.address}")
        name, rest = f"string{int(rest)}", None
    before = f"DB{found['db']}.DB{letter}" if found["db"] else found["area"] + ("" if letter == "X" else letter)
    address = f"{before}{int(found['byte'])}" + (f".{rest}" if rest is not None else "")
    return _s7_own(row, address if name is None else f"{address}:{name}", data_type)


def _s7_own(row: Row, text: str, data_type: DataType | None) -> Place | Said:
    """STEP 7's own way of writing; the type of the list follows where the address does not tell it."""
    told = _s7_type(text)
    if told is not None or data_type is None or data_type.width is None or data_type.width == "bit":
        return text, told
    written = row.type.lower().partition("[")[0].strip()
    name = written if written in _S7_NAMES else _S7_WIDTHS.get(data_type.width)
    if name in ("string", "wstring"):
        size = re.search(r"\d+", row.type)
        if size is None:
            return Said("type-not-read", row.type)
        name = f"{name}{size[0]}"
    if name is None or re.fullmatch(r".*[X.]\d+", text):
        return Said("type-not-read", row.type)
    return f"{text}:{name}", data_type


def _s7_type(text: str) -> DataType | None:
    """What the address itself says."""
    bare, _, name = text.partition(":")
    if not name:
        return DataType("bit", "bool") if re.fullmatch(r"(DB\d+\.DBX|[IQMEA]X?)\d+\.\d", bare, re.IGNORECASE) else None
    if re.fullmatch(r"char|date|dtl?|ldt", name, re.IGNORECASE):
        return DataType("string", "str")
    known = type_of(name)
    return known if isinstance(known, DataType) else None


_BY_DRIVER: Final[dict[str, Callable[[Row, DataType | None], Place | Said]]] = {
    "modbus": _modbus,
    "s7": _s7,
    "ethernetip": _logix,
}
