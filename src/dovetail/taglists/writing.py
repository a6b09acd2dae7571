"""A list of tags for a spreadsheet: the template that is filled in, and the tags of a connection in the same form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final, Literal

from dovetail.forms.guard import guarded
from dovetail.tagwords.model import Row
from dovetail.tagwords.words_tables import NAMES

type Language = Literal["en", "de"]

_MODES: Final = {"en": {"poll": "poll", "subscribe": "subscribe"}, "de": {"poll": "Abfrage", "subscribe": "Abonnement"}}


def csv_of(rows: Iterable[Row], language: Language) -> str:
    """The list as a spreadsheet of that language opens it: with its separator and its decimal sign.

    A mark at its beginning says that it is UTF-8. No cell can be taken for a formula.
    """
    german = language == "de"
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";" if german else ",", lineterminator="\r\n")
    writer.writerow(names[german] for names in NAMES.values())
    for row in rows:
        writer.writerow(_cell(getattr(row, _FIELD.get(field, field)), language) for field in NAMES)
    return out.getvalue()


_FIELD: Final = {"interval": "interval_ms"}


def _cell(value: object, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        text = f"{value:.17g}" if value != int(value) else str(int(value))
        text = repr(value) if isinstance(value, float) and value != int(value) else text
        return text.replace(".", ",") if language == "de" else text
    text = str(value)
    return guarded(_MODES[language].get(text, text))


EXAMPLES: Final[dict[str, tuple[Row, ...]]] = {
    "modbus": (
        Row(2, "Pressure", "40001", type="REAL", unit="bar", low=0, high=10, description="main line"),
        Row(3, "Speed", "40003", type="UINT", unit="{#}/min", scale=0.1),
        Row(4, "Running", "00017", type="BOOL"),
    ),
    "s7": (
        Row(2, "Pressure", "DB10.DBD4", type="REAL", unit="bar", low=0, high=10, description="main line"),
        Row(3, "Speed", "DB10.DBW8", type="INT", unit="{#}/min", scale=0.1),
        Row(4, "Running", "DB10.DBX12.0", type="BOOL"),
    ),
    "opcua": (
        Row(2, "Pressure", "nsu=urn:maker:line;s=Line.Pressure", type="REAL", unit="bar", description="main line"),
        Row(3, "Speed", "nsu=urn:maker:line;s=Line.Speed", type="INT", unit="{#}/min", scale=0.1),
        Row(4, "Running", "nsu=urn:maker:line;s=Line.Running", type="BOOL"),
    ),
    "ethernetip": (
        Row(2, "Pressure", "Line.Pressure", type="REAL", unit="bar", low=0, high=10, description="main line"),
        Row(3, "Speed", "Program:Main.Speed", type="DINT", unit="{#}/min", scale=0.1),
        Row(4, "Running", "Line.Flags.0", type="BOOL"),
    ),
}  # how the rows of a template may look, by driver
