"""S7 addresses as STEP 7 and TIA write them: what they mean, what is wrong with a wrong one, and which kinds fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.core.plugins import load
from dovetail.drivers.planner import Span
from dovetail.drivers.s7.address import EXAMPLES, Memory, S7Address, parse_address, parse_range

PLUGIN = load("dovetail.drivers", "s7")
DB10 = Memory("DB", 10)


@pytest.mark.parametrize("text, address", [
    ("DB10.DBD4:real",         S7Address(DB10, 4, "real", 4)),
    ("db10.dbd4:REAL",         S7Address(DB10, 4, "real", 4)),
    ("DB10.DBX2.3",            S7Address(DB10, 2, "bit", 1, bit=3)),
    ("DB10.DBX2.3:bool",       S7Address(DB10, 2, "bit", 1, bit=3)),
    ("DB10.DBB7",              S7Address(DB10, 7, "byte", 1)),
    ("DB10.DBW8",              S7Address(DB10, 8, "word", 2)),
    ("DB10.DBD8",              S7Address(DB10, 8, "dword", 4)),
    ("DB10.DBL8:lreal",        S7Address(DB10, 8, "lreal", 8)),
    ("DB10.DBB8:lreal",        S7Address(DB10, 8, "lreal", 8)),
    ("DB10.DBX8.0:lreal",      S7Address(DB10, 8, "lreal", 8)),  # as TIA shows offsets
    ("DB10.DBB20:string30",    S7Address(DB10, 20, "string", 32, size=30)),
    ("DB10.DBB20:String[30]",  S7Address(DB10, 20, "string", 32, size=30)),
    ("DB10.DBB20:wstring30",   S7Address(DB10, 20, "wstring", 64, size=30)),
    ("DB10.DBW60:int[8]",      S7Address(DB10, 60, "int", 16, count=8)),
    ("DB10.DBX2.6:bool[12]",   S7Address(DB10, 2, "bit", 3, bit=6, count=12)),
    ("DB10.DBB20:dtl",         S7Address(DB10, 20, "dtl", 12)),
    ("DB10.DBB20:DATE_AND_TIME", S7Address(DB10, 20, "dt", 8)),
    ("M20.1",                  S7Address(Memory("M"), 20, "bit", 1, bit=1)),
    ("MW20:int",               S7Address(Memory("M"), 20, "int", 2)),
    ("MD20:time",              S7Address(Memory("M"), 20, "time", 4)),
    ("I0.3",                   S7Address(Memory("I"), 0, "bit", 1, bit=3)),
    ("E0.3",                   S7Address(Memory("I"), 0, "bit", 1, bit=3)),  # German mnemonics
    ("AW4",                    S7Address(Memory("Q"), 4, "word", 2)),
    ("QB4:sint",               S7Address(Memory("Q"), 4, "sint", 1)),
])  # fmt: skip
def test_an_address(text: str, address: S7Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text, what, hint", [
    ("DB10.DBW4:real",     "W is 2 bytes and real is 4",      "did you mean DB10.DBD4:real?"),
    ("MD20:int",           "D is 4 bytes and int is 2",       "did you mean MW20:int?"),
    ("DB10.DBD20:string8", "D is 4 bytes and string is 10",   "did you mean DB10.DBB20:string8?"),
    ("DB10.DBX2",          "named by its byte",               "DB10.DBX2.3"),
    ("M10",                "named by its byte",               "M2.3"),
    ("DB10.DBB2:bool",     "named by its byte",               "DB10.DBX2.3"),
    ("DB10.DBX2.8",        "bits .0 to .7",                   "next byte"),
    ("DB10.DBW2.3",        "only X has a bit",                "DB10.DBX2.3"),
    ("DB10.DBX2.3:real",   "begins with a whole byte",        ".0"),
    ("DB0.DBW2",           "numbered from 1",                 "DB10"),
    ("DB10.DBB20:string",  "has its length",                  "string30"),
    ("DB10.DBB20:string255", "1 to 254",                      "string30"),
    ("DB10.DBB20:float32", "there is no type float32",        "did you mean real?"),
    ("DB10.DBB20:dnit",    "there is no type dnit",           "did you mean dint?"),
    ("DB10.DBW20:int[0]",  "an array has 1 to 1000",          "DB10"),
    ("DB10.DBB20:dtl[3]",  "arrays of numbers and bits",      "a tag for each"),
    ("DB10.DBD65534",      "past byte 65535",                 "DB10"),
    ("DB10,REAL4",         "followed by a point",             "did you mean DB10.DBB4:real?"),
    ("DB10,X2.3",          "followed by a point",             "did you mean DB10.DBX2.3?"),
    ("DB10,STRING20.30",   "followed by a point",             "did you mean DB10.DBB20:string30?"),
    ("DB10.4:real",        "how wide",                        "did you mean DB10.DBB4 or DB10.DBX4:real?"),
    ('"Filler".Speed',     "names of a program",              "OPC UA"),
    ("PIW256",             "process image",                   "did you mean IW256?"),
    ("T5",                 "timers and counters",             "data block"),
    ("40001",              "a block or area, a size",         "write it like"),
    ("",                   "a block or area, a size",         "write it like"),
])  # fmt: skip
def test_a_wrong_address_says_what_was_meant(text: str, what: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_address(text)
    assert what in caught.value.message and hint in (caught.value.hint or "")


@given(st.text(alphabet="DBXWLIQMEAPT0123456789.,:[]strinealbodc_", max_size=24))
def test_no_text_breaks_it(text: str) -> None:
    try:
        address = parse_address(text)
    except ConfigError as error:
        assert error.hint
    else:
        assert 0 < address.length <= 65536 and address.start + address.length <= 65536


@pytest.mark.parametrize("text, memory, span", [
    ("DB10.DBB100-DBB199", DB10, Span(100, 100)),
    ("DB10.DBB100-DB10.DBW198", DB10, Span(100, 100)),
    ("MB4-MB7", Memory("M"), Span(4, 4)),
    ("DB10.DBB5", DB10, Span(5, 1)),
])  # fmt: skip
def test_a_range(text: str, memory: Memory, span: Span) -> None:
    assert parse_range(text) == (memory, span)


@pytest.mark.parametrize("text", ["DB10.DBB9-DBB3", "DB10.DBB1-DB11.DBB3", "MB1-QB4"])
def test_a_range_goes_up_within_one_memory(text: str) -> None:
    with pytest.raises(ConfigError, match="a range goes up"):
        parse_range(text)


@pytest.mark.parametrize("text, kinds", [
    ("DB1.DBX0.0", {Kind.BOOL}),
    ("DB1.DBW0", {Kind.F64, Kind.I64, Kind.U64}),
    ("DB1.DBD0:real", {Kind.F64}),
    ("DB1.DBB0:string8", {Kind.STR}),
    ("DB1.DBB0:dtl", {Kind.STR}),
    ("DB1.DBW0:int[4]", {Kind.JSON}),
])  # fmt: skip
def test_the_kinds_that_fit(text: str, kinds: set[Kind]) -> None:
    assert {kind for kind in Kind if accepts(text, kind)} == kinds


def accepts(text: str, kind: Kind) -> bool:
    try:
        PLUGIN.accept(text, kind)
    except ConfigError:
        return False
    return True


@pytest.mark.parametrize("text, hint", [
    ("DB1.DBW4", "one bit of it: DB1.DBX5.0"), ("MD8:dint", "one bit of it: M11.0"), ("DB1.DBW0:int[4]", "kind: json"),
])  # fmt: skip
def test_a_number_as_a_truth(text: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        PLUGIN.accept(text, Kind.BOOL)
    assert hint in (caught.value.hint or "")


def test_the_examples_hold() -> None:
    assert all(parse_address(example) for example in EXAMPLES.split(" · "))


@pytest.mark.parametrize("options, why", [
    ({}, "host"),
    ({"host": "plc/1"}, "a host is a name"),
    ({"host": "plc", "slot": 40}, "slot"),
    ({"host": "plc", "local_tsap": "01.00"}, "go together"),
    ({"host": "plc", "local_tsap": "1", "remote_tsap": "2"}, "two bytes in hexadecimal"),
    ({"host": "plc", "forbidden": ["MB9-MB3"]}, "a range goes up"),
    ({"host": "plc", "unit": 1}, "unit"),
])  # fmt: skip
def test_options_that_do_not_hold(options: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        PLUGIN.check(options)


@pytest.mark.parametrize("options, where, tsaps", [
    ({}, "s7://plc:102/0.1", "0100 0201"),
    ({"rack": 1, "slot": 3, "connection": "pg"}, "s7://plc:102/1.3", "0100 0123"),
    ({"local_tsap": "01.00", "remote_tsap": "02.00"}, "s7://plc:102/02.00", "0100 0200"),
])  # fmt: skip
def test_who_talks_with_whom(options: dict[str, object], where: str, tsaps: str) -> None:
    checked = PLUGIN.check({"host": "plc", **options})
    assert (checked.where(), b"".join(checked.tsaps())) == (where, bytes.fromhex(tsaps))


def test_every_option_reads_well_in_a_form() -> None:
    fields = PLUGIN.options.model_json_schema()["properties"]
    assert [name for name, field in fields.items() if "title" not in field] == []
    assert all(field["title"][0].isupper() for field in fields.values())
