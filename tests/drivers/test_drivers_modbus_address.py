"""Modbus addresses and options as people write them, and what is said when they are wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.core.plugins import load
from dovetail.drivers.modbus.address import ModbusAddress, fits, name_of, parse_address, parse_range
from dovetail.drivers.planner import Rules, Span

PLUGIN = load("dovetail.drivers", "modbus")


@pytest.mark.parametrize("text, address", [
    ("40001",              ModbusAddress("holding", 0, "uint16")),
    ("400001",             ModbusAddress("holding", 0, "uint16")),
    ("465536",             ModbusAddress("holding", 65535, "uint16")),
    ("30001:float32",      ModbusAddress("input", 0, "float32", 2)),
    ("00017",              ModbusAddress("coil", 16, "bit")),
    ("10001",              ModbusAddress("discrete", 0, "bit")),
    ("40010.3",            ModbusAddress("holding", 9, "bit", bit=3)),
    ("40010.15",           ModbusAddress("holding", 9, "bit", bit=15)),
    ("40108:int64:DCBA",   ModbusAddress("holding", 107, "int64", 4, order="DCBA")),
    ("40108:UINT32:cdab",  ModbusAddress("holding", 107, "uint32", 2, order="CDAB")),
    ("40108:BADC",         ModbusAddress("holding", 107, "uint16", order="BADC")),
    ("40021:string16",     ModbusAddress("holding", 20, "string", 8, size=16)),
    ("40021:string5",      ModbusAddress("holding", 20, "string", 3, size=5)),
    ("40001+9:float64",    ModbusAddress("holding", 9, "float64", 4)),
    ("00001+16",           ModbusAddress("coil", 16, "bit")),
    ("40001+9.4",          ModbusAddress("holding", 9, "bit", bit=4)),
    (" 40001 ",            ModbusAddress("holding", 0, "uint16")),
])  # fmt: skip
def test_address(text: str, address: ModbusAddress) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text, why, hint", [
    ("Filler.State",     "a number of five or six digits",       "write it like 40001"),
    ("",                 "a number of five or six digits",       "write it like 40001"),
    ("107",              "a number of five or six digits",       "holding register 400108, input register 300108"),
    ("0x6B",             "a number of five or six digits",       "holding register 400108"),
    ("006Bh",            "a number of five or six digits",       "holding register 400108"),
    ("4000001",          "a number of five or six digits",       "write it like 40001"),
    ("20001",            "2 is no area",                         "did you mean 40001 or 30001?"),
    ("40000",            "numbers count from 1",                 "did you mean 40001?"),
    ("465537",           "an area ends at 65536",                "write it like"),
    ("465536:float32",   "it reaches past register 65536",       "write it like"),
    ("00017.1",          "a coil is one bit and has no bit",     "did you mean 00017?"),
    ("10017:int16",      "a discrete input is one bit",          "did you mean 10017?"),
    ("40010.16",         "bits .0 to .15",                       "in the next register"),
    ("40010.3:int16",    "a bit has neither type nor order",     "did you mean 40010.3?"),
    ("40001:float23",    "there is no type float23",             "did you mean float32?"),
    ("40001:dword",      "there is no type dword",               "did you mean uint32?"),
    ("40001:REAL",       "there is no type REAL",                "did you mean float32?"),
    ("40001:bool",       "there is no type bool",                "one bit of a register is 40001.0"),
    ("40001:zzz",        "there is no type zzz",                 "types are int16"),
    ("40001:int32:ACBD", "there is no order ACBD",               "ABCD, CDAB, BADC, DCBA"),
    ("40001:string",     "a string has its length",              "40021:string16"),
    ("40001:string247",  "a string has its length",              "40021:string16"),
    ("40001:int16:ABCD:x", "a number of five or six digits",     "write it like"),
    ("٤٠٠٠١",            "a number of five or six digits",       "write it like"),  # Arabic digits are digits to Python
])  # fmt: skip
def test_wrong_address_says_what_is_wrong(text: str, why: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_address(text)
    assert why in caught.value.message
    assert hint in (caught.value.hint or "")
    assert caught.value.code == "modbus-address"


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{4,7}([.+:][0-9a-z]{0,9}){0,3}", fullmatch=True))
def test_any_text_is_an_address_or_a_config_error(text: str) -> None:
    try:
        found = parse_address(text)
        assert found.position >= 0 and found.position + found.length <= 65536
    except ConfigError as error:
        assert error.hint


@given(st.sampled_from(["coil", "discrete", "input", "holding"]), st.integers(0, 65535))
def test_a_position_and_its_number_are_the_same(area: str, position: int) -> None:
    found = parse_address(name_of(area, position))  # type: ignore[arg-type]
    assert (found.area, found.position) == (area, position)


@pytest.mark.parametrize("text, kinds, hint", [
    ("00001",          "bool",        "kind: bool"),
    ("40001.3",        "bool",        "kind: bool"),
    ("40001",          "f64 i64 u64", "kind: f64, i64 or u64"),
    ("40001:int64",    "f64 i64 u64", "kind: f64, i64 or u64"),
    ("40001:float32",  "f64",         "kind: f64"),
    ("40001:string8",  "str",         "kind: str"),
])  # fmt: skip
def test_an_address_brings_values_of_some_kinds_only(text: str, kinds: str, hint: str) -> None:
    refused: dict[Kind, str] = {}
    for kind in Kind:
        try:
            PLUGIN.accept(text, kind)
        except ConfigError as error:
            assert error.code == "modbus-kind"
            refused[kind] = error.hint or ""
    assert " ".join(kind.name.lower() for kind in Kind if kind not in refused) == kinds
    assert refused[Kind.JSON] == hint


@pytest.mark.parametrize("text, kind, hint", [
    ("40001", Kind.BOOL, "one bit of it: 40001.0"),
    ("40001:int32", Kind.STR, "a text is 40001:string16"),
    ("00001", Kind.F64, "kind: bool"),
    ("00001", Kind.STR, "kind: bool"),
])  # fmt: skip
def test_what_would_bring_the_kind_is_said(text: str, kind: Kind, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        fits(text, kind)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("text, area, span", [
    ("40100-40199", "holding", Span(99, 100)),
    ("40100", "holding", Span(99, 1)),
    ("40100-40101:float32", "holding", Span(99, 3)),
    ("00001-00016", "coil", Span(0, 16)),
])  # fmt: skip
def test_a_range(text: str, area: str, span: Span) -> None:
    assert parse_range(text) == (area, span)


@pytest.mark.parametrize("options, why", [
    ({}, "link tcp needs `host`"),
    ({"host": "plc", "port": 0}, "port"),
    ({"host": "plc", "unit": 256}, "unit"),
    ({"host": "tcp://plc"}, "a host is a name or an IP address"),
    ({"host": "plc", "order": "ACBD"}, "order"),
    ({"host": "plc", "window": 0}, "window"),
    ({"host": "plc", "max_registers": 126}, "max_registers"),
    ({"host": "plc", "forbidden": ["40199-40100"]}, "a range goes up within one area"),
    ({"host": "plc", "forbidden": ["40100-30199"]}, "a range goes up within one area"),
    ({"host": "plc", "encoding": "utf-16"}, "encoding"),
    ({"host": "plc", "nonsense": 1}, "nonsense"),
])  # fmt: skip
def test_wrong_options_are_refused(options: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        PLUGIN.check(options)
    assert why in caught.value.message


def test_right_options() -> None:
    options = PLUGIN.check({"host": "10.0.3.17", "unit": 7, "gap": 4, "forbidden": ["40100-40199", "00001-00008"]})
    assert options.where() == "modbus://10.0.3.17:502/7"
    assert options.rules("holding") == Rules(125, 4, (Span(99, 100),))
    assert options.rules("coil") == Rules(2000, 64, (Span(0, 8),))
    assert options.is_insecure()
    assert PLUGIN.check({"host": "fe80::1"}).where() == "modbus://[fe80::1]:502/1"
    assert not PLUGIN.listens
