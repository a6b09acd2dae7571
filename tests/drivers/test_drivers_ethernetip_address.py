"""Logix tags as Studio 5000 shows them: what they mean, what is wrong with a wrong one, and which kinds fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.core.plugins import load
from dovetail.drivers.ethernetip.address import EXAMPLES, Segment, TagAddress, parse_address
from dovetail.drivers.ethernetip.messages import path_of

PLUGIN = load("dovetail.drivers", "ethernetip")


def tag(*path: str | tuple[str, tuple[int, ...]], bit: int | None = None, count: int = 0) -> TagAddress:
    segments = (Segment(*one) if isinstance(one, tuple) else Segment(one) for one in path)
    return TagAddress(tuple(segments), bit, count)


@pytest.mark.parametrize("text, address", [
    ("Speed",                      tag("Speed")),
    ("_speed_2",                   tag("_speed_2")),
    (" Speed ",                    tag("Speed")),
    ("Flags.5",                    tag("Flags", bit=5)),
    ("Flags.63",                   tag("Flags", bit=63)),
    ("Temps[3]",                   tag(("Temps", (3,)))),
    ("Cube[1,0,1]",                tag(("Cube", (1, 0, 1)))),
    ("Temps[0]{10}",               tag(("Temps", (0,)), count=10)),
    ("Temps{10}",                  tag("Temps", count=10)),
    ("Line.Motors[3].Speed",       tag("Line", ("Motors", (3,)), "Speed")),
    ("Line.Motors[3].Word.7",      tag("Line", ("Motors", (3,)), "Word", bit=7)),
    ("Program:Main.Speed",         tag("Program:Main", "Speed")),
    ("Program:Main.Temps[2].1",    tag("Program:Main", ("Temps", (2,)), bit=1)),
    ("Local:1:I.Data.0",           tag("Local:1:I", "Data", bit=0)),
    ("Rack:2:O.Ch0Data",           tag("Rack:2:O", "Ch0Data")),
])  # fmt: skip
def test_an_address(text: str, address: TagAddress) -> None:
    assert parse_address(text) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize("text, what, hint", [
    ("",                  "a name of the program",         "Speed"),
    ("5",                 "a name of the program",         "Speed"),
    ("Flags/5",           "a bit follows a point",         "did you mean Flags.5?"),
    ("Flags.64",          "bits .0 to .63",                "[70]"),
    ("Temps[3",           "no element of an array",        "Temps[3]"),
    ("Temps[a]",          "no element of an array",        "Temps[3]"),
    ("Temps[1,2,3,4]",    "no element of an array",        "Matrix[1,2]"),
    ("Temps[-1]",         "no element of an array",        "Temps[3]"),
    ("Temps[9999999999]", "an element is at most",         None),
    ("Temps{0}",          "1 to 1000 elements",            None),
    ("Temps{1001}",       "1 to 1000 elements",            None),
    ("Temps{10}[0]",      "in braces at its end",          "Temps[0]{10}"),
    ("Flags.5{3}",        "do not go together",            "did you mean Flags.5?"),
    ("My Speed",          "names have no spaces",          "did you mean MySpeed?"),
    ("Line..Speed",       "a name is missing",             None),
    ("Speed.",            "a name is missing",             None),
    ("Line.2Speed",       "is no name",                    "letters, digits"),
    ("Größe",             "is no name",                    "letters, digits"),
    ("Program:Main",      "names a program and no tag",    "Program:Main.Speed"),
    ("Program:.Speed",    "missing beside a colon",        "Program:Main.Speed"),
    ("Line.Program:Main", "only the first name has a colon", "Program:Main.Speed"),
    ("\\Main.Speed",      "begins with Program:",          "did you mean Program:Main.Speed?"),
    ("N7:0",              "of an SLC, PLC-5 or MicroLogix", "PCCC"),
    ("B3:0/5",            "of an SLC, PLC-5 or MicroLogix", "PCCC"),
    ("x" * 81,            "at most 80 characters",         None),
    (".".join(["a"] * 17), "deeper than 16 names",         None),
])  # fmt: skip
def test_a_wrong_address(text: str, what: str, hint: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_address(text)
    assert what in caught.value.message
    assert (hint or "") in (caught.value.hint or "")


def accepts(text: str, kind: Kind) -> bool:
    try:
        PLUGIN.accept(text, kind)
    except ConfigError:
        return False
    return True


ANY = {Kind.F64, Kind.I64, Kind.U64, Kind.BOOL, Kind.STR}


@pytest.mark.parametrize("text, kinds", [
    ("Speed", ANY), ("Temps[3]", ANY), ("Flags.5", {Kind.BOOL}), ("Temps[0]{4}", {Kind.JSON}),
])  # fmt: skip
def test_the_kinds_that_fit(text: str, kinds: set[Kind]) -> None:
    assert {kind for kind in Kind if accepts(text, kind)} == kinds


@pytest.mark.parametrize("text, path", [
    ("Speed",              "9105 5370656564 00"),
    ("Pieces",             "9106 506965636573"),
    ("T[3]",               "9101 5400 2803"),
    ("T[255]",             "9101 5400 28FF"),
    ("T[256]",             "9101 5400 2900 0001"),
    ("T[70000]",           "9101 5400 2A00 70110100"),
    ("T[1,2,3]",           "9101 5400 2801 2802 2803"),
    ("Program:Main.Ab",    "910C 50726F6772616D3A4D61696E 9102 4162"),
])  # fmt: skip
def test_a_name_as_a_path(text: str, path: str) -> None:
    assert path_of(parse_address(text).path) == bytes.fromhex(path)


NAMES = st.text("AZaz_09", min_size=1, max_size=20).map("x{}".format)
SEGMENTS = st.builds(Segment, NAMES, st.lists(st.integers(0, 2**31 - 1), max_size=3).map(tuple))
BITS_OR_COUNTS = st.tuples(st.integers(0, 63), st.just(0)) | st.tuples(st.none(), st.integers(0, 1_000))


@given(st.lists(SEGMENTS, min_size=1, max_size=6), BITS_OR_COUNTS)
def test_what_is_written_is_read_as_the_same(path: list[Segment], rest: tuple[int | None, int]) -> None:
    address = TagAddress(tuple(path), *rest)
    assert parse_address(str(address)) == address


@given(st.text(max_size=60) | st.text("ABc09_.:[]{},/\\ ", max_size=40))
def test_any_text_is_an_address_or_says_why_not(text: str) -> None:
    try:
        address = parse_address(text)
    except ConfigError as error:
        assert error.code == "ethernetip-address" and error.hint
    else:
        assert path_of(address.path)


def test_the_examples_hold() -> None:
    assert all(parse_address(example) for example in EXAMPLES.split(" · "))
    assert all(parse_address(example.address) for example in PLUGIN.about.examples)


@pytest.mark.parametrize("options, why", [
    ({}, "host"),
    ({"host": "plc/1"}, "a host is a name"),
    ({"host": "plc", "slot": 40}, "slot"),
    ({"host": "plc", "route": "1"}, "port.slot or port.address"),
    ({"host": "plc", "route": "1.0/2.192.168.1.256"}, "port.slot or port.address"),
    ({"host": "plc", "route": "0.1"}, "port.slot or port.address"),
    ({"host": "plc", "route": "1.0", "slot": 3}, "`slot` is not said beside it"),
    ({"host": "plc", "message": 5_000}, "message"),
    ({"host": "plc", "unit": 1}, "unit"),
])  # fmt: skip
def test_options_that_do_not_hold(options: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        PLUGIN.check(options)


@pytest.mark.parametrize("options, where", [
    ({}, "eip://plc:44818/1.0"),
    ({"slot": 3}, "eip://plc:44818/1.3"),
    ({"route": "1.3/2.192.168.1.5/1.0"}, "eip://plc:44818/1.3/2.192.168.1.5/1.0"),
    ({"micro800": True}, "eip://plc:44818/micro800"),
])  # fmt: skip
def test_where_it_is(options: dict[str, object], where: str) -> None:
    assert PLUGIN.check({"host": "plc", **options}).where() == where


def test_every_option_reads_well_in_a_form() -> None:
    fields = PLUGIN.options.model_json_schema()["properties"]
    assert [name for name, field in fields.items() if "title" not in field] == []
    assert all(field["title"][0].isupper() for field in fields.values())
