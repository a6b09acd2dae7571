"""Files that are no tag lists are refused with a sentence, quickly and without growing."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taglist_files import cells, xlsx

from dovetail.core.errors import InvalidError
from dovetail.core.limits import TAG_LIST_BYTES_MAX, TAG_LIST_ROWS_MAX
from dovetail.taglists import hostile
from dovetail.taglists.reading import read
from dovetail.taglists.writing import Language, csv_of
from dovetail.tagwords.addresses import translated
from dovetail.tagwords.model import Row, Said

NODES = "http://opcfoundation.org/UA/2011/03/UANodeSet.xsd"
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + f']><UANodeSet xmlns="{NODES}">&i;</UANodeSet>'
)
OUTSIDE = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><UANodeSet xmlns="{NODES}">&e;</UANodeSet>'


@cache
def bomb() -> bytes:
    """A workbook whose sheet is a hundred megabytes of blanks; packed when a test asks, not when they are collected."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/sharedStrings.xml", b" " * 100_000_000)
    return packed.getvalue()


def lying_bomb() -> bytes:
    """The same, saying of itself that it is small."""
    data = bytearray(bomb())
    true, said = (100_000_000).to_bytes(4, "little"), (90_000).to_bytes(4, "little")
    return bytes(data).replace(true, said)


@pytest.mark.parametrize(
    "data, code",
    [
        (b"", "tag-list-empty"),
        (b" \r\n\t", "tag-list-empty"),
        (b"\x1f\x8b\x08garbage", "tag-list-damaged"),
        (gzip.compress(b"Name,Address\n")[:-9], "tag-list-damaged"),
        (gzip.compress(bytes(TAG_LIST_BYTES_MAX + 1)), "tag-list-large"),
        (b"a" * (TAG_LIST_BYTES_MAX + 1), "tag-list-large"),
        (b"\x00\x01\x02\x03", "tag-list-no-text"),
        (b"MZ\x90\x00\x03\x00\x00", "tag-list-no-text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "tag-list-old-workbook"),
        (b"PK\x03\x04 and then nothing", "tag-list-damaged"),
        (xlsx("", xl__workbook_xml="x").replace(b"xl/workbook.xml", b"no/workbook.xml"), "tag-list-no-workbook"),
        (xlsx(""), "tag-list-empty"),
        (xlsx(cells(1, "Name", "Address") + "<row><c>"), "tag-list-xml"),
        (xlsx("", texts="<si/>", **{"xl__sharedStrings.xml": LAUGHS}), "tag-list-doctype"),
        (LAUGHS.encode(), "tag-list-doctype"),
        (OUTSIDE.encode(), "tag-list-doctype"),
        (b'<?xml version="1.0" encoding="klingon"?><UANodeSet/>', "tag-list-xml"),
        (b"<svg/>", "tag-list-no-nodeset"),
        (b"<UANodeSet>" + b"<a>" * 100, "tag-list-deep"),
        (b"{" + b'"a":{' * 500, "tag-list-json"),
        (b"[" * 100_000, "tag-list-json"),
        (b"[" * 900 + b"]" * 900, "tag-list-deep"),
        (b'{"tags":[' * 400 + b"]}" * 400, "tag-list-deep"),
        (b"7", "tag-list-headings"),
        (b'{"hello": 1}', "tag-list-json-unknown"),
        (b'[{"tagType": "Folder", "tags": {"a": 1}}]', "tag-list-json"),
        (b'[{"tagType": "Folder", "tags": [7]}]', "tag-list-json"),
        (json.dumps({"project": {"channels": [{"devices": 3}]}}).encode(), "tag-list-json"),
        (b"just,some,words\nand,other,words\n", "tag-list-headings"),
        (b"Name,Address\n" + b"x" * 5_000 + b",1\n", "tag-list-cell"),
        (b"Name,Address\n" + b'"' + b"x" * 200_000, "tag-list-csv"),
        (b"Name,Address" + b",x" * 500 + b"\n", "tag-list-columns"),
        (b"Name,Address\n" + b"a,1\n" * (TAG_LIST_ROWS_MAX + 1), "tag-list-rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_file_that_is_no_list_of_tags_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(data)
    assert refused.value.code == code
    assert refused.value.message and refused.value.pointer == "/content"


@pytest.mark.parametrize("packed, code", [(bomb, "tag-list-bomb"), (lying_bomb, "tag-list-damaged")])
def test_a_workbook_that_would_burst_is_refused_with_a_sentence(packed: Callable[[], bytes], code: str) -> None:
    test_a_file_that_is_no_list_of_tags_is_refused_with_a_sentence(packed(), code)


def test_types_that_hold_each_other_end() -> None:
    loop = {"name": "A", "tagType": "UdtType", "tags": [{"name": "b", "tagType": "UdtInstance", "typeId": "A"}]}
    roots = [loop, {"name": "x", "tagType": "UdtInstance", "typeId": "A"}]
    assert [fault.code for fault in read(json.dumps(roots).encode()).rows[0].faults] == ["udt-deep"]
    itself = [
        {"name": "A", "tagType": "UdtType", "typeId": "A"},
        {"name": "x", "tagType": "UdtInstance", "typeId": "A"},
    ]
    assert [fault.code for fault in read(json.dumps(itself).encode()).rows[0].faults] == ["udt-missing"]


def test_types_that_multiply_are_stopped_by_the_number_of_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile, "TAG_LIST_ROWS_MAX", 1_000)
    leaf = {"name": "L0", "tagType": "UdtType", "tags": [{"name": "t", "tagType": "AtomicTag", "opcItemPath": "x"}]}
    types = [leaf] + [
        {
            "name": f"L{n}",
            "tagType": "UdtType",
            "tags": [{"name": f"i{k}", "tagType": "UdtInstance", "typeId": f"L{n - 1}"} for k in range(20)],
        }
        for n in range(1, 7)
    ]
    with pytest.raises(InvalidError) as refused:
        read(json.dumps([*types, {"name": "x", "tagType": "UdtInstance", "typeId": "L6"}]).encode())
    assert refused.value.code == "tag-list-rows"


def test_a_bomb_takes_no_memory() -> None:
    data = lying_bomb()
    tracemalloc.start()
    with pytest.raises(InvalidError):
        read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000


@given(st.text(max_size=40), st.text(max_size=30), st.sampled_from(["modbus", "s7", "ethernetip", "opcua", "http"]))
@settings(max_examples=100, deadline=None)
def test_any_address_is_translated_or_says_what_is_missing(address: str, kind: str, driver: str) -> None:
    place = translated(Row(1, "x", address, type=kind), driver)
    assert (isinstance(place, Said) and place.message) or isinstance(place, tuple)


words = st.text(
    alphabet=st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufeff"), min_size=1, max_size=20
).filter(lambda text: text == text.strip() and not text.startswith(("#", "//")))
numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)
listed = st.builds(
    Row,
    line=st.just(0),
    name=words,
    address=words,
    type=st.sampled_from(["f64", "i64", "bool", "REAL", ""]),
    unit=st.none() | st.sampled_from(["bar", "{#}/min", "Cel"]),
    scale=numbers,
    offset=numbers,
    deadband=st.floats(0, 1e9),
    low=st.none() | numbers,
    high=st.none() | numbers,
    description=st.just("") | words,
    mode=st.sampled_from([None, "poll", "subscribe"]),
    interval_ms=st.none() | st.integers(10, 86_400_000),
    equipment=st.none() | st.just("site/line/filler"),
)


@given(st.lists(listed, min_size=1, max_size=4), st.sampled_from(["en", "de"]))
@settings(max_examples=60, deadline=None)
def test_a_list_that_was_written_is_read_as_it_was(rows: list[Row], language: Language) -> None:
    text = csv_of(rows, language)
    found = read(text.encode())
    assert [Row(**{**{f: getattr(one, f) for f in Row.__slots__}, "line": 0}) for one in found.rows] == rows


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'=x", '=HYPERLINK("http://x")'])
def test_no_cell_of_an_export_begins_a_formula(start: str) -> None:
    text = csv_of([Row(1, start, start, description=start)], "en")
    assert not any(cell.lstrip('"').startswith(("=", "+", "-", "@", "\t")) for cell in text.split("\r\n")[1].split(","))
