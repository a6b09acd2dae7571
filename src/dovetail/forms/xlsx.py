"""An XLSX file (ECMA-376) written row by row: however long it grows, only the row at hand is in memory."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from xml.sax.saxutils import escape

from dovetail.core.clock import DAY_US, to_datetime
from dovetail.forms.guard import FORMULAS
from dovetail.forms.sheets import Cell, number_text, time_text

ROWS_MAX: Final = 1_048_576  # of one sheet, the head among them: what a spreadsheet opens
TEXT_MAX: Final = 32_767  # characters of one cell: likewise

_EPOCH_DAY: Final = 25_569  # 1970-01-01 in days since 1899-12-30
_DIGITS: Final = 1 << 53  # a spreadsheet's numbers are float64: what is larger is told as text
_UNWRITABLE: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 has no way to say them
_TIME, _GUARDED, _HEAD = 1, 2, 3

_NS: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACK: Final = "http://schemas.openxmlformats.org/package/2006"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACK}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>{{also}}</Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACK}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_NS}" xmlns:r="{_REL}"><sheets>'
    '<sheet name="samples" sheetId="1" r:id="rId1"/>{also}</sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACK}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_REL}/styles" Target="styles.xml"/>{{also}}</Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_NS}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_NOTES: Final = {  # what a second sheet needs beside it
    "[Content_Types].xml": f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_TYPE}.worksheet+xml"/>',
    "xl/workbook.xml": '<sheet name="notes" sheetId="2" r:id="rId3"/>',
    "xl/_rels/workbook.xml.rels": f'<Relationship Id="rId3" Type="{_REL}/worksheet" Target="worksheets/sheet2.xml"/>',
}
_BEGIN: Final = (
    f'<worksheet xmlns="{_NS}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="{n}" width="24" customWidth="1"/></cols><sheetData>'
)
_END: Final = "</sheetData></worksheet>"


class XlsxSheet:
    """One sheet. `times` are the columns of µs UTC, each with the zone in whose wall time it is shown.

    Texts are texts, whatever they begin with, and stay so when a cell is edited (`quotePrefix`). `notes` stand on a
    second sheet, one a row, where there are any.
    """

    def __init__(
        self, path: Path, heads: Sequence[str], *, times: Mapping[int, tzinfo], notes: Sequence[str] = ()
    ) -> None:
        self._times, self._notes = times, notes
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        for name, part in _PARTS.items():
            self._zip.writestr(name, _XML + part.replace("{also}", _NOTES.get(name, "") if notes else ""))
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        self._write(_XML + _BEGIN.format(n=len(heads)))
        self._write("<row>" + "".join(_text(head, _HEAD) for head in heads) + "</row>")

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows; how many a sheet may hold is the caller's to count."""
        self._write("".join(f"<row>{''.join(map(self._cell, range(len(row)), row))}</row>" for row in rows))

    def _cell(self, at: int, cell: Cell) -> str:
        if cell is None:
            return "<c/>"
        if isinstance(cell, str):
            return _text(cell, _GUARDED if cell.startswith(FORMULAS) else 0)
        if isinstance(cell, bool):
            return f'<c t="b"><v>{int(cell)}</v></c>'
        if isinstance(cell, int) and at in self._times:
            return _time(cell, self._times[at])
        if isinstance(cell, float) and not math.isfinite(cell):
            return _text(number_text(cell), 0)
        if isinstance(cell, int) and abs(cell) > _DIGITS:
            return _text(str(cell), 0)
        return f"<c><v>{cell!r}</v></c>"

    def _write(self, text: str) -> None:
        self._sheet.write(text.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._write(_END)
        self._sheet.close()
        if self._notes and kind is None:
            rows = "".join(f"<row>{self._cell(0, note)}</row>" for note in self._notes)
            self._zip.writestr("xl/worksheets/sheet2.xml", _XML + _BEGIN.format(n=1) + rows + _END)
        self._zip.close()


def _text(text: str, style: int) -> str:
    shown = escape(_UNWRITABLE.sub("�", text[:TEXT_MAX]))
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


def _time(at_us: int, zone: tzinfo) -> str:
    """Wall time as the days that a spreadsheet counts; it shows milliseconds."""
    try:
        offset = to_datetime(at_us).astimezone(zone).utcoffset()
    except OverflowError:
        return _text(time_text(at_us, zone), 0)
    wall_us = at_us + (0 if offset is None else round(offset.total_seconds() * 1e6))
    days = wall_us / DAY_US + _EPOCH_DAY
    return f'<c s="{_TIME}"><v>{days:.11f}</v></c>' if days >= 1 else _text(time_text(at_us, zone), 0)
