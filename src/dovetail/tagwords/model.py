"""A tag list as it was understood: its rows with their verdicts, what each column became, and in which form it came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

type Format = Literal["csv", "xlsx", "nodeset", "ignition", "kepware-csv", "kepware-json"]
type Mode = Literal["poll", "subscribe"]

FIELDS: Final = (
    "name", "address", "type", "unit", "scale", "offset", "deadband", "low", "high", "description", "mode",
    "interval", "equipment", "folder", "raw_low", "raw_high", "scaled_low", "scaled_high", "scaling", "negate",
)  # fmt: skip  # what a column can mean


@dataclass(frozen=True, slots=True)
class Said:
    """Something about a row: a stable code, what it is about, and the way on. Screens have words for each code."""

    code: str
    about: str = ""
    hint: str = ""

    @property
    def message(self) -> str:
        """In English."""
        return WORDS[self.code].format(about=self.about)


@dataclass(frozen=True, slots=True)
class Row:
    """One tag of a list. Engineering value = raw · scale + offset; `low`, `high` is the range that the list tells.

    `line` is where it stands: the row of a sheet, else the how-manieth tag of the file. `address` and `type` are the
    list's own words. With `faults` it cannot become a tag; `notes` are what a person should know.
    """

    line: int
    name: str
    address: str
    type: str = ""
    folder: tuple[str, ...] = ()
    unit: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    deadband: float = 0.0
    low: float | None = None
    high: float | None = None
    description: str = ""
    mode: Mode | None = None
    interval_ms: int | None = None
    equipment: str | None = None
    swapped: bool | None = None  # Modbus: the lower word of a value comes first; None where the list does not say
    faults: tuple[Said, ...] = ()
    notes: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, what it means (None: nothing that is needed), and its first cells."""

    heading: str
    field: str | None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagList:
    """What a file came to. `columns` are those of a table, in their order; `says` how it was read, e.g. its encoding.

    `notes` hold for the whole list: what was left out, and what it does not tell.
    """

    format: Format
    rows: tuple[Row, ...]
    columns: tuple[Column, ...] = ()
    says: str = ""
    notes: tuple[Said, ...] = field(default=())


WORDS: Final[dict[str, str]] = {
    # faults: the row cannot become a tag
    "no-name": "it has no name",
    "no-address": "it has no address",
    "number": "{about} is no number",
    "mode": "{about} is neither poll nor subscribe",
    "interval": "{about} is no interval",
    "type-unknown": "the data type {about} is not known",
    "type-not-read": "{about} cannot be read as one value",
    "array": "an array ({about}) is not one value of this driver",
    "not-scaled": "a {about} has no scale, offset or deadband",
    "scaling": "its scaling ({about}) is not linear",
    "scaling-half": "its scaling is not complete: {about}",
    "not-from-device": "its value does not come from a device ({about})",
    "switched-off": "it is switched off in its source",
    "parameter": "the parameter {about} is not filled in",
    "bound": "its {about} is bound to something that the list does not hold",
    "udt-missing": "the list does not hold the type {about}",
    "udt-deep": "its types are nested too deep ({about})",
    "namespace": "there is no namespace {about} in the file",
    "address-form": "{about} cannot be translated to an address of this driver",
    "address-refused": "{about}",
    "no-property": "{about} cannot become the name of a tag",
    "name-twice": "row {about} has the same name",
    "no-equipment": "there is no equipment {about}",
    "unit-long": "the unit {about} is too long",
    "inherited": "the tag {about} comes from a class and is changed in plant code",
    # what is said of a row that can become a tag, or is left out by choice
    "address-twice": "row {about} has the same address",
    "address-taken": "{about} reads this address already",
    "renamed": "written {about}",
    "unit-unknown": "the unit {about} is not one that can be calculated with",
    "order-unknown": "the list does not say which word comes first: the connection's order holds",
    "namespace-index": "its namespace is a number, which may change when the server restarts",
    "description-shortened": "its description is shortened",
    # of the whole list
    "formulas": "{about} cells hold formulas: their last results are read, nothing is calculated",
    "sheets": "only the first sheet that has rows is read, {about}",
    "scan-rates": "scan rates are not taken over: the scan class is chosen here",
    "tag-groups": "tag groups are not taken over: the scan class is chosen here",
    "types-left": "{about} type definitions are read where they are used",
    "alarms-left": "alarms, history and scripts of {about} tags are not read",
    "several-devices": "it holds tags of several devices: {about}",
    "device-left": "{about} tags of other devices are left out",
    "types-of-server": "{about} variables belong to type definitions and are left out",
    "order-first-low": "the lower word of longer values comes first",
}
