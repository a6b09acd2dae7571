"""YAML as plant code reads it: what is plain, what is a trap, and bytes of any kind that never crash the reader."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dovetail.core.errors import ConfigError
from dovetail.core.limits import PLANT_FILE_BYTES_MAX, PLANT_PROBLEMS_MAX
from dovetail.house.rooms import plant_sections
from dovetail.plantcode import codes
from dovetail.plantcode.folder import read_folder, write_folder
from dovetail.plantcode.reader import read
from dovetail.plantcode.report import Report, did_you_mean
from dovetail.plantcode.scalars import Trap, plain
from dovetail.plantcode.validate import validate
from shortcuts import examples

BOTTLING = read_folder(Path(__file__).resolve().parents[2] / "plants" / "bottling")
SECTIONS = plant_sections()
TREE = "plant: {format: 1, name: P}\nequipment: {acme: {level: Enterprise, timezone: UTC}}\n"


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("8080", 8080), ("-5", -5), ("+5", 5), ("0", 0), ("0x1F", 31),
        ("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-2.5E-3", -0.0025),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("10.0.0.1", "10.0.0.1"), ("plc-1", "plc-1"), ("1st", "1st"), ("-", "-"), ("y", "y"), ("N", "N"),
        ("opc.tcp://host:4840/", "opc.tcp://host:4840/"), ("ns=2;s=A", "ns=2;s=A"), ("6:00 Uhr", "6:00 Uhr"),
        ("2026-W01", "2026-W01"), ("1.2.3", "1.2.3"), ("0x", "0x"), ("onward", "onward"),
    ],
)  # fmt: skip
def test_an_unquoted_word_means_what_every_reader_agrees_on(written: str, means: object) -> None:
    assert (plain(written), type(plain(written))) == (means, type(means))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("yes", codes.YES_NO), ("No", codes.YES_NO), ("ON", codes.YES_NO), ("off", codes.YES_NO),
        ("010", codes.ODD_NUMBER), ("0o17", codes.ODD_NUMBER), ("0b101", codes.ODD_NUMBER), ("1_000", codes.ODD_NUMBER),
        ("0x_1F", codes.ODD_NUMBER), ("0x_", codes.ODD_NUMBER), ("0x_no", codes.ODD_NUMBER),
        ("00", codes.ODD_NUMBER), ("08", codes.ODD_NUMBER), ("-07", codes.ODD_NUMBER),
        ("12:30", codes.CLOCK_TIME), ("06:00", codes.CLOCK_TIME), ("1:30:00", codes.CLOCK_TIME),
        ("190:20:30.15", codes.CLOCK_TIME),
        ("2026-01-05", codes.DATE), ("2026-1-5 10:00:00", codes.DATE), ("2026-01-05T06:00:00Z", codes.DATE),
        (".inf", codes.NUMBER_RANGE), ("-.INF", codes.NUMBER_RANGE), (".nan", codes.NUMBER_RANGE),
        ("1e999", codes.NUMBER_RANGE), ("9" * 26, codes.NUMBER_RANGE), ("9" * 100_000, codes.NUMBER_RANGE),
        ("<<", codes.ANCHOR), ("=", codes.ANCHOR),
    ],
)  # fmt: skip
def test_what_readers_disagree_on_is_a_trap(written: str, code: str) -> None:
    found = plain(written)
    assert isinstance(found, Trap)
    assert found.code == code
    assert len(found.message) < 200


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("a: {11: x, '11': y}", ["f.yaml:1:12 DT-P007"]),
        ("a: {true: x, no: y}", ["f.yaml:1:14 DT-P014"]),
        ("a: {: x}", ["f.yaml:1:5 DT-P005"]),
        ("a: {'': x}", ["f.yaml:1:5 DT-P013"]),
        ("a: [b, c", ["f.yaml:1:9 DT-P005"]),
        ("a: *b", ["f.yaml:1:4 DT-P010"]),
        ("a: !b c", ["f.yaml:1:4 DT-P011"]),
        ("a: |\n  text\n\tmore", ["f.yaml:3:1 DT-P006"]),
        ("ä: ü\n\u2028: x", ["f.yaml:2:1 DT-P003"]),
        ("%YAML 9.9\n---\na: 1", ["f.yaml:1:1 DT-P005"]),
        ('a: "\\ud800"', ["f.yaml:1:7 DT-P005"]),
        ("just words", ["f.yaml:1:1 DT-P019"]),
    ],
)
def test_a_fault_of_writing_is_shown_where_it_is(text: str, faults: list[str]) -> None:
    report = Report()
    read("f.yaml", text.encode(), report)
    assert [f"{fault.place} {fault.code}" for fault in report.problems] == faults


def test_what_was_read_knows_where_it_stood() -> None:
    report = Report()
    top = read("f.yaml", b"a:\n  11: jam\n  list: [x, {y: 2}]\n", report)
    assert report.ok
    assert top == {"a": {"11": "jam", "list": ["x", {"y": 2}]}}
    assert top["a"].marks["11"] == (1, 2, 1, 6)
    assert top["a"]["list"].marks[1][:2] == (2, 12)


def test_a_report_shows_the_line_and_a_caret_and_what_was_meant() -> None:
    _plant, report = validate({"f.yaml": (TREE + "prodcts: {}\n").encode()}, SECTIONS)
    assert str(report) == (
        "f.yaml:3:1: DT-P020: there is no section prodcts\n"
        "    3 | prodcts: {}\n"
        "        ^\n"
        "      = did you mean products?"
    )


def test_a_report_never_sends_commands_to_the_terminal() -> None:
    _plant, report = validate({"f.yaml": b'plant: {"\\e[31mred": 1, format: 1, name: P}\n'}, SECTIONS)
    assert "\x1b" not in str(report)
    assert "there is no field ·[31mred here" in str(report)


def test_a_thousand_faults_are_counted_and_not_all_told() -> None:
    lines = "".join(f"  Bad{n}: {{mode: poll}}\n" for n in range(1_000))
    _plant, report = validate({"f.yaml": (TREE + "scan_classes:\n" + lines).encode()}, SECTIONS)
    assert len(report.problems) == PLANT_PROBLEMS_MAX
    assert str(report).endswith(f"… and {1_000 - PLANT_PROBLEMS_MAX} more")


def test_a_guess_is_made_only_when_it_is_near() -> None:
    assert did_you_mean("filer", ["filler", "capper"]) == "did you mean filler?"
    assert did_you_mean("press", ["filler", "capper"]) == "there are: capper, filler"
    assert did_you_mean("press", [f"machine{n}" for n in range(50)]) is None


@pytest.mark.parametrize(
    ("documents", "code"),
    [
        ({}, codes.NO_FILES),
        ({"a.yaml": b"#" * (PLANT_FILE_BYTES_MAX + 1)}, codes.TOO_LARGE),
        ({"../a.yaml": TREE.encode()}, codes.FILE_NAME),
        ({"/etc/a.yaml": TREE.encode()}, codes.FILE_NAME),
        ({"a/../b.yaml": TREE.encode()}, codes.FILE_NAME),
        ({".hidden.yaml": TREE.encode()}, codes.FILE_NAME),
        ({"a.txt": TREE.encode()}, codes.FILE_NAME),
    ],
)
def test_files_that_cannot_be_a_plant_are_refused(documents: dict[str, bytes], code: str) -> None:
    _plant, report = validate(documents, SECTIONS)
    assert [fault.code for fault in report.problems][:1] == [code]


def test_a_folder_is_read_and_written_back_word_for_word(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.yml").write_bytes(TREE.encode())
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.yaml").write_bytes(b"not ours")
    assert read_folder(tmp_path) == {"sub/a.yml": TREE.encode()}
    write_folder(tmp_path / "out", {"sub/a.yml": TREE})
    assert read_folder(tmp_path / "out") == {"sub/a.yml": TREE.encode()}
    write_folder(tmp_path / "out", {"sub/a.yml": TREE})
    with pytest.raises(ConfigError, match="differs"):
        write_folder(tmp_path / "out", {"sub/a.yml": TREE + "#"})
    with pytest.raises(ConfigError, match="outside"):
        write_folder(tmp_path / "out", {"../a.yml": TREE})
    with pytest.raises(ConfigError, match="no folder"):
        read_folder(tmp_path / "missing")


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, bytes]:
    """The demo plant with some bytes of one file cut out, doubled, replaced or swapped."""
    name = draw(st.sampled_from(sorted(BOTTLING)))
    content = bytearray(BOTTLING[name])
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 30))
        doubled = st.just(bytes(content[start : start + 40]))
        new = draw(st.one_of(st.binary(max_size=12), st.sampled_from(NASTY), doubled))
        content[start : start + length] = new
    return {**BOTTLING, name: bytes(content)}


NASTY = [
    b"\t", b"\n", b": ", b"- ", b"{", b"}", b"[", b"]", b'"', b"'", b"&a ", b"*a ", b"!!x ", b"|\n", b">\n", b"? ",
    b"---\n", b"...\n", b"%YAML 1.1\n", b"<<: ", b"null", b"~", b"yes", b"1e999", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00",
    b"\\u0000", b"{" * 50, b"[" * 5_000, b"9" * 5_000, b"{parameter}", b"0x", b"extends: packml-machine\n", b"#", b"\r",
]  # fmt: skip


@given(documents=mutations())
@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_mutated_plant_gives_a_report_and_never_a_crash(documents: dict[str, bytes]) -> None:
    plant, report = validate(documents, SECTIONS)
    for fault in report.problems:
        assert fault.place.line >= 1
        assert fault.place.col >= 1
    assert bool(str(report)) != report.ok
    for section in SECTIONS * report.ok:
        section.bodies(plant)


@given(content=st.binary(max_size=300))
@settings(max_examples=examples(200), deadline=None)
def test_any_bytes_at_all_give_a_report_and_never_a_crash(content: bytes) -> None:
    _plant, report = validate({"plant.yaml": content}, SECTIONS)
    assert not report.ok
