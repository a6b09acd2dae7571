"""What people write: addresses, tag lists, formulas, plant code; and what they ask the API for."""

from __future__ import annotations

import gzip
import re
import sys
from functools import partial
from pathlib import Path

from fuzz_judge import Target
from fuzz_sound import text_of

from dovetail.core.batch import Kind
from dovetail.core.clock import from_rfc3339, to_rfc3339
from dovetail.core.errors import ConfigError, InvalidError
from dovetail.core.plugins import load
from dovetail.drivers.base import DriverSpec
from dovetail.drivers.modbus.address import parse_range as modbus_range
from dovetail.drivers.rowplaces import parse_place
from dovetail.drivers.s7.address import parse_range as s7_range
from dovetail.expr.checking import Meaning, check
from dovetail.expr.errors import ExpressionError
from dovetail.expr.units import unit_of
from dovetail.house.rooms import plant_sections
from dovetail.operations.http import decode_cursor, encode_cursor, period
from dovetail.plantcode.reader import read as read_yaml
from dovetail.plantcode.report import Report
from dovetail.plantcode.validate import validate
from dovetail.taglists.reading import read as read_list
from dovetail.tagwords.addresses import translated
from dovetail.webhooks.target import parse as parse_target

sys.path.append(str(Path(__file__).parents[1] / "taglists"))  # lists as plants send them

from taglist_files import IGNITION, KEPWARE, KEPWARE_CSV, NODESET, cells, xlsx

NOW_US = 1_767_225_700_000_000
KINDS = tuple(Kind)
NUMBERS = (Kind.F64, Kind.I64, Kind.U64, Kind.STR, Kind.BOOL, Kind.JSON)

# --- addresses ----------------------------------------------------------------------------------------------------

ADDRESSES: dict[str, tuple[str, ...]] = {
    "modbus": ("40001", "30001:float32:CDAB", "00017", "40010.3", "400021+4:string16", "40100-40199"),
    "s7": (
        "DB10.DBD4:real",
        "DB1.DBX0.0",
        "M10.1",
        "IW4:int",
        "DB1.DBB4:string5",
        "DB2.DBW4:int[3]",
        "DB10.DBB100-DBB199",
    ),
    "ethernetip": ("Program:Main.Line.Motors[3].Speed", "Flags.5", "Temps[0]{10}", "Matrix[1,2,3]", "N7:0"),
    "opcua": (
        "nsu=urn:maker:line%3B;s=Filler.State",
        "ns=4;i=1001",
        "i=2258",
        "g=09087e75-8e5e-499b-954f-f2a9603db28a",
        "b=aGk=",
        "nsu=urn:x;path=Filler/0:Server/a&/b",
    ),
    "mqtt": ("line1/+/alarm#/text", "line1/doc#/n@/ts", "gateway#/d/[tag=speed]/value", "plant/##/speed", "a/b#"),
    "sparkplug": ("g/e:Motor/Speed", "g/e/d:a:b", "g%3A1/e:x"),
    "mtconnect": ("Xact", "system_cond.code", "vars#R1"),
    "http": ("status.json#/machine/0/speed", "api/meters?id=7#/values/0", "info.txt#", "#/~0a~1b"),
    "webhook": ("/machine/speed", "value?machine=M1&signal=temp", "/a/0"),
    "filedrop": ("speed", "#3", "@10-14", "value?machine=M%3F1", "/machine/speed"),
    "sql": ("value", "value?machine=M1", "#2"),
    "serialtext": ("weight[kg]", "telegram", "code"),
}


def address(spec: DriverSpec, data: bytes) -> None:
    """An address for a kind of value (the first byte): accepted, or refused with what to write instead."""
    text = text_of(data[1:])
    try:
        spec.accept(text, KINDS[data[0] % len(KINDS)] if data else Kind.F64)
    except ConfigError as error:
        assert error.message and len(str(error)) < 100_000
        raise


def ranges(data: bytes) -> None:
    """What must never be read: a stretch of one memory."""
    text = text_of(data)
    try:
        area, span = modbus_range(text)
        assert area and span.length > 0
    except ConfigError:
        _, span = s7_range(text)
        assert span.length > 0


def row_places(data: bytes) -> None:
    try:
        place = parse_place(text_of(data), examples="a")
    except ConfigError as error:
        assert error.hint
        raise
    assert place.column.first >= 0 and all(column.written is not None for column in place.columns)


# --- tag lists ----------------------------------------------------------------------------------------------------

CSV = "Name;Adresse;Typ;Einheit;Skalierung\nDruck;40001;REAL;bar;0,1\nLäuft;00017;BOOL;;\n".encode("cp1252")
SHEET = xlsx(cells(1, "Name", "Address") + cells(2, "A", 40001))


def tag_list(data: bytes) -> None:
    """Any file is a list of tags or none; each address is translated for a driver, or it is said what is missing."""
    for row in read_list(data).rows:
        for driver in ("modbus", "s7", "ethernetip", "opcua"):
            place = translated(row, driver)
            assert isinstance(place, tuple) or place.message


# --- what engineers write -----------------------------------------------------------------------------------------

SIGNALS = {"n": Meaning("number", "bar"), "m": Meaning("number"), "ok": Meaning("bool"), "s": Meaning("text")}
FORMULAS = (
    b"(n - 1) * 100 / max(n, m)",
    b'mean(n, "5 min") > 3 and not ok',
    b'tag("../capper.good") + 1',
    b's == "run" or ok',
    b'rate(n, "10 s", unit="1/min")',
    b"if_else(ok, n, to(n, 'Pa'))",
    b"bit(m, 3)",
    b"-m ** 2 // 3 % 4",
    b'on_delay(ok, "3 s")',
)


def expression(data: bytes) -> None:
    """A formula is checked and known, or refused with the place and the reason."""
    text = text_of(data)
    found = check(text, SIGNALS.get, names=SIGNALS)
    assert found.text == text and set(found.signals) <= {*SIGNALS, "../capper.good"}


def units(data: bytes) -> None:
    text = text_of(data)
    one = unit_of(text)
    assert one.is_same(one)


SECTIONS = plant_sections()
FILE = b"""equipment:
  acme: {level: Enterprise, name: Acme}
  acme/brno: {level: Site, timezone: Europe/Prague}
  acme/brno/line1: {level: ProductionLine, name: "Line 1"}
  acme/brno/line1/filler:
    level: WorkUnit
    class: packml
    parameters: {connection: plc}
    standard_rate_upm: 100
    tags: {speed: {connection: plc, address: "40001:float32", kind: f64, unit: bar, deadband: 0.5}}
"""
CLASSES = b"""equipment_classes:
  packml:
    parameters: {connection: {type: str, description: x}}
    tags:
      state: {connection: "{connection}", kind: i64, address: "40001"}
    states: {packml: {state: state}, map: {1: run, on: 010, 12:30: x}}
connections:
  plc: {driver: modbus, options: {host: 127.0.0.1, port: 0x1F6}}
calendars:
  two-shift: {shifts: [{name: Early, start: "06:00", end: "14:00", days: [mon]}]}
"""


def plant_file(data: bytes) -> None:
    """One file of plant code as YAML: understood, or reported with lines that exist."""
    report = Report()
    found = read_yaml("plant.yaml", data, report)
    lines = len(re.split(rb"\r\n|\r|\n", data))
    assert found is None or isinstance(found, dict)
    assert all(1 <= one.place.line <= lines + 1 for one in report.problems)


def plant_code(data: bytes) -> None:
    """A plant's files: never an error of ours, whatever stands in them."""
    _, report = validate({"plant.yaml": data}, SECTIONS)
    for one in report.problems:
        assert one.message


# --- queries and addresses of others ------------------------------------------------------------------------------


CURSOR_KINDS: tuple[tuple[type[int | str], ...], ...] = ((int,), (str,), (int, int))


def cursors(data: bytes) -> None:
    """A cursor of the list that it is given to (the first byte), or refused; one of ours says what it was given."""
    kinds = CURSOR_KINDS[data[0] % len(CURSOR_KINDS) if data else 0]
    parts = decode_cursor(text_of(data[1:]), *kinds)
    assert parts is not None and len(parts) == len(kinds)
    assert decode_cursor(encode_cursor(*parts), *kinds) == parts


def moments(data: bytes) -> None:
    """Times of a query: as written, or refused; they come back as the API writes them."""
    start, _, end = text_of(data).partition("\n")
    at_us = from_rfc3339(start)
    assert from_rfc3339(to_rfc3339(at_us)) == at_us
    from_us, to_us = period(start, end, longest_us=1 << 50)
    assert from_us < to_us


def webhook_target(data: bytes) -> None:
    """Where a webhook may lead: taken apart so that nothing in it can end up in a header or another host."""
    target = parse_target(text_of(data))
    assert target.path.isascii() and target.path.startswith("/") and 0 < target.port < 65_536
    assert not any(letter.isspace() for letter in target.host + target.path)
    assert target.origin


def _addresses() -> list[Target]:
    made: list[Target] = []
    for driver, examples in ADDRESSES.items():
        spec: DriverSpec = load("dovetail.drivers", driver)
        seeds = tuple(bytes((at % 6,)) + one.encode() for at, one in enumerate((*examples, *examples[:2])))
        words = tuple(word.encode() for one in examples for word in re.findall(r"\w+|\W", one))
        made.append(
            Target(
                f"address-{driver}",
                f"addresses of the driver {driver}",
                seeds,
                partial(address, spec),
                (ConfigError,),
                words,
            )
        )
    return made


TARGETS = [
    Target(
        "row-places",
        "places in the rows of files, tables and bodies",
        (b"value?machine=M%3F1&b=2", b"#3", b"@10-14", b"/a/~0b"),
        row_places,
        (ConfigError,),
        (b"?", b"&", b"=", b"%", b"~1", b"#", b"@"),
    ),
    *_addresses(),
    Target(
        "forbidden-ranges",
        "what must never be read, Modbus and S7",
        (b"40100-40199", b"DB10.DBB100-DBB199", b"MB100-MB109"),
        ranges,
        (ConfigError,),
        (b"-", b"DBW", b"DB1."),
    ),
    Target(
        "tag-lists",
        "tag lists: CSV, XLSX, NodeSet, Ignition and Kepware",
        (IGNITION, KEPWARE, KEPWARE_CSV, NODESET, SHEET, CSV, gzip.compress(CSV)),
        tag_list,
        (InvalidError,),
        (
            b"<UAVariable ",
            b"</UAVariable>",
            b'"tags":[',
            b'"tagType":"UdtInstance"',
            b"ns=1;s=",
            b"Name;",
            b"[default]",
            b'"typeId":',
        ),
        slow=True,
    ),
    Target(
        "expressions",
        "formulas of virtual tags, states and alarms",
        FORMULAS,
        expression,
        (ExpressionError,),
        (
            b"n",
            b"ok",
            b"m",
            b"s",
            b" and ",
            b" or ",
            b"not ",
            b"**",
            b"//",
            b"(",
            b")",
            b'"5 min"',
            b"mean(",
            b"tag(",
            b", ",
            b"<",
            b"==",
            b'unit="bar"',
        ),
        slow=True,
    ),
    Target(
        "units",
        "units as UCUM writes them",
        (b"{#}/min", b"kW.h", b"m3/h", b"mm[Hg]", b"10*3/uL", b"Cel", b"kg.m/s2"),
        units,
        words=(b"/", b".", b"{", b"}", b"10*", b"-1", b"k", b"[", b"]", b"(", b")"),
    ),
    Target(
        "plant-files",
        "YAML of plant code",
        (FILE, CLASSES),
        plant_file,
        words=(
            b"&a ",
            b"*a",
            b"!!str ",
            b"<<: ",
            b"- ",
            b"  ",
            b": ",
            b"|\n",
            b"{",
            b"}",
            b"---\n",
            b"? ",
            b"yes",
            b"0o7",
        ),
        slow=True,
    ),
    Target(
        "plant-code",
        "a whole plant's files, checked",
        (FILE, CLASSES, FILE + CLASSES),
        plant_code,
        words=(
            b"level: ",
            b"tags: ",
            b"states: ",
            b"{connection}",
            b"secret://x",
            b"calendars:",
            b"null",
            b"[]",
            b"{}",
            b"extends: packml\n",
        ),
        slow=True,
    ),
    Target(
        "cursors",
        "cursors of the API",
        tuple(bytes((at,)) + encode_cursor(*one).encode() for at, one in enumerate(((1,), ("acme/brno",), (7, 2**62)))),
        cursors,
        (InvalidError,),
        (b"W10", b"=", b"_-"),
    ),
    Target(
        "moments",
        "times and periods of the API",
        (b"2026-01-31T06:00:00Z\n2026-01-31T07:00:00+01:00", b"2026-01-31T06:00:00.000001+00:00\n2027-01-01T00:00:00Z"),
        moments,
        (InvalidError,),
        (b"Z", b"+14:00", b"T24:00:00", b"0001-01-01", b"9999-12-31", b"W01-1", b"\n"),
    ),
    Target(
        "webhook-targets",
        "addresses that webhooks lead to",
        (b"https://hooks.example/a?b=c", b"http://[fe80::1]:8080/", b"https://m\xc3\xbcller.example/x"),
        webhook_target,
        (InvalidError,),
        (b"@", b"#", b":", b"//", b"[", b"]", b"\xe2\x84\x80", b"%0d%0a", b"localhost"),
    ),
]
