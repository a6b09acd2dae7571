"""What another tool's word for an address, a type or a number is in plant code, or what is missing in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dovetail.taglists
import dovetail.tagwords
from dovetail.core import plugins
from dovetail.core.batch import Kind
from dovetail.drivers.base import PACKAGE
from dovetail.tagwords.addresses import translated
from dovetail.tagwords.meanings import number_of
from dovetail.tagwords.model import WORDS, Row, Said

ORDERED = Row(1, "x", "400011", type="Float", swapped=True)


@pytest.mark.parametrize(
    "driver, row, expected",
    [
        # the list's address, its type            what plant code says, and the kind
        ("modbus", Row(1, "x", "40001"), ("40001", None)),
        ("modbus", Row(1, "x", "40001", type="REAL"), ("40001:float32", "f64")),
        ("modbus", Row(1, "x", "400001", type="Word"), ("400001", "i64")),
        ("modbus", Row(1, "x", "40001", type="INT", scale=0.1), ("40001:int16", "f64")),
        ("modbus", Row(1, "x", "40001:uint32:CDAB", type="f64"), ("40001:uint32:CDAB", "f64")),
        ("modbus", ORDERED, ("400011:float32:CDAB", "f64")),
        ("modbus", Row(1, "x", "400013.3", type="Boolean"), ("400013.3", "bool")),
        ("modbus", Row(1, "x", "00017", type="BOOL"), ("00017", "bool")),
        ("modbus", Row(1, "x", "400021.20H", type="String"), ("400021:string20:ABCD", "str")),
        ("modbus", Row(1, "x", "[PLC]HR1"), ("400001:int16", "i64")),
        ("modbus", Row(1, "x", "ns=1;s=[PLC]HRF101", type="Float4"), ("400101:float32", "f64")),
        ("modbus", Row(1, "x", "[PLC]HR12.5"), ("400012.5", "bool")),
        ("modbus", Row(1, "x", "[PLC]C7"), ("000007", "bool")),
        ("modbus", Row(1, "x", "[PLC]HRBCD4"), Said("address-form", "HRBCD4")),
        ("modbus", Row(1, "x", "[PLC]2.HR4"), Said("address-form", "2.HR4")),
        ("modbus", Row(1, "x", "400031", type="BCD"), Said("type-not-read", "BCD")),
        ("modbus", Row(1, "x", "400041 [10]", type="Word"), Said("array", "400041 [10]")),
        ("modbus", Row(1, "x", "40001", type="Wort mit Flügeln"), Said("type-unknown", "Wort mit Flügeln")),
        ("s7", Row(1, "x", "DB10,REAL4"), ("DB10.DBD4:real", "f64")),
        ("s7", Row(1, "x", "DB10,X8.0", type="Boolean"), ("DB10.DBX8.0", "bool")),
        ("s7", Row(1, "x", "DB1,STRING10.20", type="String"), ("DB1.DBB10:string20", "str")),
        ("s7", Row(1, "x", "%MW20", type="Int"), ("MW20:int", "i64")),
        ("s7", Row(1, "x", "%I0.3", type="Bool"), ("I0.3", "bool")),
        ("s7", Row(1, "x", "%DB10.DBD4", type="Real"), ("DB10.DBD4:real", "f64")),
        ("s7", Row(1, "x", "DB10.DBW6:int", type="i64"), ("DB10.DBW6:int", "i64")),
        ("s7", Row(1, "x", "MREAL10"), ("MD10:real", "f64")),
        ("s7", Row(1, "x", "DB10.DBB20", type="String[30]"), ("DB10.DBB20:string30", "str")),
        ("s7", Row(1, "x", "[CPU]DB3,DINT12"), ("DB3.DBD12:dint", "i64")),
        ("ethernetip", Row(1, "x", "ns=1;s=[PLC1]Program:Main.Motor[3].Speed", type="Float4"),
         ("Program:Main.Motor[3].Speed", "f64")),
        ("ethernetip", Row(1, "x", "::[Line]Motor[3].Speed"), ("Motor[3].Speed", None)),
        ("ethernetip", Row(1, "x", "Flags.5", type="BOOL"), ("Flags.5", "bool")),
        ("opcua", Row(1, "x", "nsu=urn:a;s=[PLC1]A", type="Double"), ("nsu=urn:a;s=[PLC1]A", "f64")),
        ("mqtt", Row(1, "x", "line/1#speed"), ("line/1#speed", None)),
    ],
)  # fmt: skip
def test_an_address_is_translated_for_the_driver_or_says_what_is_missing(
    driver: str, row: Row, expected: tuple[str, str | None] | Said
) -> None:
    assert translated(row, driver) == expected


def test_translated_addresses_are_ones_that_the_drivers_accept() -> None:
    rows = [
        ("modbus", Row(1, "x", "400001", type=word))
        for word in ("Word", "Short", "DWord", "Long", "Float", "Double", "LLong", "QWord", "Boolean", "String(20)")
    ] + [
        ("s7", Row(1, "x", address, type=word))
        for address, word in (
            ("DB1,INT0", "Short"), ("DB1,W0", "Word"), ("DB1,DINT4", "Long"), ("DB1,REAL8", "Float"), ("MB3", "Byte"),
            ("DB1,BYTE9", "Byte"), ("DB1,CHAR9", "String"), ("%MD4", "UDInt"), ("%MD4", "Time"), ("DB1.DBB0", "LReal"),
        )
    ]  # fmt: skip
    for driver, row in rows:
        place = translated(row, driver)
        assert not isinstance(place, Said), (row, place)
        address, kind = place
        plugins.load(PACKAGE, driver).accept(address, Kind[(kind or "f64").upper()])


@pytest.mark.parametrize("text", ["1.234,5", "1,234.5", "1 000", "0x10", "nan", "1e999", "--1"])
def test_what_is_no_number_for_sure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        number_of(text)


def test_every_code_has_its_words() -> None:
    used = {
        code
        for package in (dovetail.taglists, dovetail.tagwords)
        for path in Path(package.__path__[0]).glob("*.py")
        for code in re.findall(r'Said\(f?"([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert used <= set(WORDS)
