"""Whatever lies in a folder or stands in an address: it is taken, or refused with a reason, and never a crash."""

from __future__ import annotations

import random
from typing import Any

import pytest

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.core.plugins import load
from dovetail.drivers.base import Point
from dovetail.drivers.filedrop.address import parse_address
from dovetail.drivers.filedrop.sheets import BadFileError
from dovetail.drivers.filedrop.taking import Moment, take
from dovetail.drivers.rowplaces import parse_place
from dovetail.testing.clock import DAY_ZERO_US

PLUGIN = load("dovetail.drivers", "filedrop")
AT = Moment(DAY_ZERO_US, DAY_ZERO_US)
FORMS: list[tuple[dict[str, Any], list[str], bytes]] = [
    ({"time": "at"}, ["v", "w?n=1"], b"at,v,w,n\n2026-01-01T00:00:00Z,1.5,2,1\n2026-01-01T00:00:01Z,2.5,3,2\n"),
    ({"header": "none", "delimiter": ";", "decimal": "comma"}, ["#1", "#2"], b"1,5;2\n2,5;3\n"),
    ({"format": "json", "records": "/r", "time": "t", "time_format": "unix"}, ["/v", "v?n=1"],
     b'{"r":[{"t":1767000000,"v":1.5,"n":1},{"t":1767000001,"v":[1],"n":null}]}'),
    ({"format": "jsonl", "bad_row": "skip"}, ["/v/0", "n"], b'{"v":[1.5],"n":"x"}\n{"v":[],"n":1e999}\n'),
    ({"format": "fixed", "encoding": "utf-16"}, ["@1-3", "@4"], "1.5X\n2.5Y\n".encode("utf-16")),
]  # fmt: skip
LETTERS = [
    b'"',
    b",",
    b";",
    b"\n",
    b"\r",
    b"\0",
    b"{",
    b"[",
    b"1e400",
    b"\xff",
    b"-",
    b"NaN",
    b"_",
    b"\\u0000",
    b"\\ud800",
]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The file as power cuts, bad programs and people leave it."""
    out = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(out) + 1)
        match chance.randrange(5):
            case 0:
                out[at:at] = chance.choice(LETTERS)
            case 1:
                del out[at : at + chance.randrange(8)]
            case 2:
                out[at : at + 1] = bytes([chance.randrange(256)])
            case 3:
                out[at:at] = out[: chance.randrange(len(out) + 1)]
            case _:
                del out[at:]
    return bytes(out)


def try_files(seed: int, count: int) -> int:
    """How many damaged files were taken all the same."""
    chance, taken = random.Random(seed), 0
    checked = [(PLUGIN.check({"folder": "/srv/drop", **given}), wanted, data) for given, wanted, data in FORMS]
    for _ in range(count):
        options, wanted, data = chance.choice(checked)
        points = [(Point(n, at, chance.choice(list(Kind))), parse_address(at)) for n, at in enumerate(wanted, 1)]
        try:
            found = take(damaged(data, chance), points, options, AT)
        except BadFileError as error:
            assert error.faults and all(fault.what for fault in error.faults)
            continue
        taken += 1
        for batch in found.batches:
            assert len(batch) and (batch.ts <= AT.now_us + 10_000_000).all() and (batch.ts > 0).all()
    return taken


def try_addresses(seed: int, count: int) -> None:
    chance = random.Random(seed)
    for _ in range(count):
        text = "".join(chance.choice("#@/?&=%~0123456789-abZ é\t\0") for _ in range(chance.randrange(24)))
        try:
            place = parse_place(text, examples="a")
        except ConfigError as error:
            assert error.hint
            continue
        assert place.column.first >= 0 and all(column.written is not None for column in place.columns)


def test_damaged_files_are_taken_or_refused() -> None:
    assert try_files(1, 1_500) > 50


def test_any_text_is_an_address_or_is_none() -> None:
    try_addresses(1, 5_000)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_a_million_damaged_files(seed: int) -> None:
    assert try_files(seed, 250_000) > 1_000
    try_addresses(seed, 250_000)
