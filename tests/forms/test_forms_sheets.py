"""Files for spreadsheets: times of a plant's wall, decimal commas, and nothing that anybody could run."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from dovetail.core.clock import HOUR_US, SECOND_US, from_rfc3339
from dovetail.forms.sheets import CsvSheet
from dovetail.forms.xlsx import XlsxSheet
from dovetail.taglists.xlsx import grid_of

PRAGUE, UTC = ZoneInfo("Europe/Prague"), ZoneInfo("UTC")
AUTUMN_US = from_rfc3339("2026-10-25T02:30:00+02:00")  # this wall time comes twice that night
HOSTILE = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=x", "\r=x", "'=x"]


def csv_rows(path: Path, delimiter: str) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=delimiter))


def test_a_csv_reads_as_its_language_writes(tmp_path: Path) -> None:
    row = [AUTUMN_US, 0.1, -5, True, None, float("-inf"), "Füller; 2"]
    shown = ["0.1", "-5", "true", "", "-Infinity", "Füller; 2"]
    for language, delimiter in (("en", ","), ("de", ";")):
        path = tmp_path / f"{language}.csv"
        with CsvSheet(path, list("abcdefg"), times={0: PRAGUE}, language=language) as sheet:
            sheet.add([row, [AUTUMN_US + HOUR_US, *row[1:]]])
        head, first, second = csv_rows(path, delimiter)
        assert head == list("abcdefg")
        assert [first[0], second[0]] == ["2026-10-25T02:30:00.000000+02:00", "2026-10-25T02:30:00.000000+01:00"]
        assert first[1:] == [shown[0].replace(".", {"en": ".", "de": ","}[language]), *shown[1:]]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula(tmp_path: Path, text: str) -> None:
    with CsvSheet(tmp_path / "a.csv", [text], times={}) as plain:
        plain.add([[text]])
    assert csv_rows(tmp_path / "a.csv", ",") == [["'" + text], ["'" + text]]
    with XlsxSheet(tmp_path / "a.xlsx", ["value"], times={}) as book:
        book.add([[text]])
    cell = sheet_of(tmp_path / "a.xlsx").findall(".//{*}c")[1]
    assert (cell.get("t"), cell.find("{*}f")) == ("inlineStr", None)
    styles = ElementTree.fromstring(zipfile.ZipFile(tmp_path / "a.xlsx").read("xl/styles.xml"))
    assert styles.findall(".//{*}cellXfs/{*}xf")[int(cell.get("s") or 0)].get("quotePrefix") == "1"


def sheet_of(path: Path) -> ElementTree.Element:
    with zipfile.ZipFile(path) as book:
        return ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))


def test_a_workbook_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with XlsxSheet(path, ["time (Europe/Prague)", "value"], times={0: PRAGUE}) as sheet:
        sheet.add([[AUTUMN_US, 1.5], [AUTUMN_US + SECOND_US // 2, True], [AUTUMN_US, "a<b>&\x00\ud800"]])
        sheet.add([[None, (1 << 53) + 1], [AUTUMN_US + HOUR_US, float("nan")], [-(1 << 60), "end"]])
    rows, title, formulas = grid_of(path.read_bytes())
    assert (title, formulas) == ("samples", 0)
    cells = [row for _, row in rows]
    assert cells[0] == ["time (Europe/Prague)", "value"]
    wall_days = 46_320 + 2.5 / 24  # 2026-10-25 02:30, counted by hand from 1899-12-30
    assert float(cells[1][0]) == pytest.approx(wall_days, abs=1e-9)
    assert float(cells[2][0]) == pytest.approx(wall_days + 0.5 / 86_400, abs=1e-9)
    assert float(cells[5][0]) == pytest.approx(wall_days, abs=1e-9)
    assert cells[6][0] == str(-(1 << 60))  # no calendar has it
    assert [row[1] for row in cells[1:6]] == ["1.5", "true", "a<b>&��", str((1 << 53) + 1), "NaN"]


def test_a_text_is_as_long_as_a_cell_may_be(tmp_path: Path) -> None:
    with XlsxSheet(tmp_path / "a.xlsx", ["value"], times={}) as sheet:
        sheet.add([["x" * 40_000]])
    texts = [one.text or "" for one in sheet_of(tmp_path / "a.xlsx").iter() if one.tag.endswith("}t")]
    assert [len(text) for text in texts] == [5, 32_767]
