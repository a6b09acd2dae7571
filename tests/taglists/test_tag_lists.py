"""What is understood of a tag list: by hand, from a spreadsheet, an OPC UA file, Ignition and KEPServerEX."""

from __future__ import annotations

import gzip

import orjson
import pytest
from taglist_files import IGNITION, KEPWARE, KEPWARE_CSV, NODESET, cells, xlsx

from dovetail.taglists import kepware
from dovetail.taglists.reading import read
from dovetail.tagwords.model import Said, TagList

GERMAN = (
    "Anlage Nord;;;;\r\nName;SPS-Adresse;Datentyp;Einheit;Faktor\r\n"
    "Füllhöhe;DB10,REAL4;REAL;mm;0,1\r\nLäuft;DB10,X8.0;BOOL;;\r\n;DB10,INT10;INT;;x\r\n"
)
ENGLISH = "Name,Address,Type,Unit,Scale\nSpeed,40001,REAL,rpm,0.1\n# a remark,,,,\nRunning,00017,bool,,\n"


def told(found: TagList) -> list[tuple[str, ...]]:
    return [
        ("/".join((*row.folder, row.name)), row.address, *(fault.code for fault in row.faults)) for row in found.rows
    ]


@pytest.mark.parametrize(
    "data, form, says, rows",
    [
        (ENGLISH.encode(), "csv", "utf-8, comma", [("Speed", "40001"), ("Running", "00017")]),
        (GERMAN.encode("cp1252"), "csv", "cp1252, semicolon",
         [("Füllhöhe", "DB10,REAL4"), ("Läuft", "DB10,X8.0"), ("", "DB10,INT10", "no-name", "number")]),
        (ENGLISH.replace(",", "\t").encode("utf-16"), "csv", "utf-16, tab", [("Speed", "40001"), ("Running", "00017")]),
        (b"sep=|\nTag|Address\nA|40001\n", "csv", "utf-8, bar", [("A", "40001")]),
        (gzip.compress(ENGLISH.encode()), "csv", "utf-8, comma", [("Speed", "40001"), ("Running", "00017")]),
        (xlsx(cells(1, "Tags of 2026") + cells(3, "Signal", "Register", "Typ") + cells(4, "Speed", 40001.0, "REAL")),
         "xlsx", "Tags", [("Speed", "40001")]),
        (NODESET, "nodeset", "2 namespaces",
         [("Filler/Pressure", "nsu=urn:maker:line%3B1;s=Filler.Pressure"),
          ("Filler/Mode", "nsu=urn:maker:line%3B1;i=14"),
          ("Filler/History", "nsu=urn:maker:line%3B1;i=15", "array"), ("Lost", "ns=9;i=16", "namespace")]),
        (IGNITION, "ignition", "7 tags",
         [("Line 1/Level", "ns=1;s=[PLC1]Line.Level"), ("Line 1/M1/Speed", "ns=1;s=[PLC1]M[1].Speed"),
          ("Line 1/M1/Hours", "", "not-from-device"),
          ("Line 1/M2/Speed", "ns=1;s=[PLC1]{Base}.Speed", "parameter"), ("Line 1/M2/Hours", "", "not-from-device"),
          ("Line 1/V1", "", "udt-missing"), ("Line 1/Old", "", "switched-off")]),
        (KEPWARE, "kepware-json", "Hall.Labeller, Hall.Other",
         [("Speed", "400011"), ("Lid", "400013.3"), ("Counts/Good", "400021"), ("Counts/Coded", "400031"),
          ("Counts/Many", "400041 [10]", "array"), ("Counts/Level", "300051"), ("Counts/Root", "300052", "scaling"),
          ("Speed", "400001")]),
        (KEPWARE_CSV, "kepware-csv", "utf-8, comma",
         [("Line1/Speed", "400011"), ("Line1/Level", "300012"), ("Text", "400021.20H")]),
    ],
)  # fmt: skip
def test_each_form_is_recognised_and_read(data: bytes, form: str, says: str, rows: list[tuple[str, ...]]) -> None:
    found = read(data)
    assert (found.format, found.says, told(found)) == (form, says, rows)
    assert all(note.message for row in found.rows for note in (*row.faults, *row.notes))


def test_a_row_says_unit_scale_range_and_where_it_stands() -> None:
    row = read(GERMAN.encode("cp1252")).rows[0]
    assert (row.line, row.unit, row.scale) == (3, "mm", 0.1)
    pressure = read(NODESET).rows[0]
    assert (pressure.unit, pressure.low, pressure.high, pressure.description) == (
        "Cel",
        -10,
        120.5,
        "behind the filter",
    )
    level = read(IGNITION).rows[0]
    assert (level.scale, level.unit, level.description) == (pytest.approx(100 / 27648), "%", "of the buffer")
    temperature = read(KEPWARE).rows[5]
    assert (temperature.scale, temperature.offset, temperature.unit, temperature.swapped) == (0.1, -10.0, "Cel", True)


def test_what_a_column_means_can_be_said_by_a_person() -> None:
    data = b"Name,Address,Altes Kennzeichen\nA,x,40001\n"
    assert [column.field for column in read(data).columns] == ["name", "address", None]
    found = read(data, columns={0: "name", 2: "address"})
    assert told(found) == [("A", "40001")]
    assert [column.field for column in found.columns] == ["name", None, "address"]


def test_formulas_are_read_as_their_results() -> None:
    name = '<c r="A2" t="str"><f>"S"&amp;"peed"</f><v>Speed</v></c>'
    address = '<c r="B2"><f>[1]Old!A1+1</f><v>40007</v></c>'
    found = read(xlsx(f'{cells(1, "Name", "Address")}<row r="2">{name}{address}</row>'))
    assert told(found) == [("Speed", "40007")]
    assert [note.message for note in found.notes] == [
        "2 cells hold formulas: their last results are read, nothing is calculated"
    ]


def test_only_the_tags_of_one_device_of_a_project() -> None:

    found = kepware.read(orjson.loads(KEPWARE), "Hall.Other")
    assert told(found) == [("Speed", "400001")]
    assert Said("device-left", "7") in found.notes
