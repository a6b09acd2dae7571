"""What may be written about equipment in a plant's files: the schema of each section, field by field."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from dovetail.core.batch import Kind
from dovetail.core.written import not_bool
from dovetail.lineflow.written import BufferEntry, LineMethod, Step

LEVELS: Final[dict[str, int]] = {
    "Enterprise": 0, "Site": 1, "Area": 2,
    "ProcessCell": 3, "ProductionLine": 3, "ProductionUnit": 3, "StorageZone": 3, "WorkCenter": 3,
    "Unit": 4, "WorkCell": 4, "StorageUnit": 4, "WorkUnit": 4,
    "EquipmentModule": 5, "ControlModule": 6, "Other": 7,
}  # fmt: skip  # ISA-95 part 2 EquipmentLevel, with how deep each stands
SEGMENT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")  # one piece of a path; also names of connections and classes
PROPERTY: Final = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
PROPERTY_HINT: Final = "a-z, 0-9 and _, beginning with a letter, at most 63 characters"
PATH_MAX: Final = 300  # characters; a tag's path still fits the 400 of the store

type Level = Literal[
    "Enterprise", "Site", "Area", "ProcessCell", "ProductionLine", "ProductionUnit", "StorageZone", "WorkCenter",
    "Unit", "WorkCell", "StorageUnit", "WorkUnit", "EquipmentModule", "ControlModule", "Other",
]  # fmt: skip
KindWord = Literal["f64", "i64", "u64", "bool", "str", "json"]
KINDS: Final[dict[str, Kind]] = {kind.name.lower(): kind for kind in Kind}


def _text(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


Number = Annotated[float, BeforeValidator(not_bool), Field(allow_inf_nan=False)]
Deadband = Annotated[float, BeforeValidator(not_bool), Field(ge=0, allow_inf_nan=False)]
Rate = Annotated[float, BeforeValidator(not_bool), Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Address = Annotated[str, BeforeValidator(_text), StringConstraints(min_length=1, max_length=1_000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class Entry(BaseModel):
    """Base of everything that may be written: what the schema does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class PlantHead(Entry):
    """`plant:` says which form of plant code this is, and what the plant is called."""

    format: Literal[1]
    name: Words


class TagEntry(Entry):
    """A tag: whence its value comes and what it means. Engineering value = raw · scale + offset."""

    connection: Name | None = None
    address: Address | None = None
    expression: str | None = Field(None, exclude_if=lambda said: said is None, description="computed from other tags")
    figure: Name | None = Field(None, exclude_if=lambda said: said is None, description="a live figure, published here")
    kind: KindWord = "f64"
    unit: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = Field(
        default=None, description="UCUM, e.g. {#}/min, Cel, bar"
    )
    scale: Number = Field(default=1.0, description="a number: engineering value = raw · scale + offset")
    offset: Number = Field(default=0.0, description="a number: engineering value = raw · scale + offset")
    deadband: Deadband = Field(default=0.0, description="a number from 0 on: smaller changes are not kept")
    scan: Name = "default"
    moved: Name | None = Field(default=None, description="the property this tag had before; its data stays with it")


class ParameterEntry(Entry):
    """What an equipment must (or may, with a default) say when it is of a class."""

    type: Literal["str", "int", "float", "bool"] = "str"
    default: str | int | float | bool | None = None
    description: Words | None = None


class ClassEntry(Entry):
    """What equipment of one make has in common. `{parameter}` inside its texts is filled in per equipment."""

    extends: Name | None = Field(default=None, description="a class whose definitions this one starts from")
    description: Words | None = None
    parameters: dict[str, ParameterEntry] = {}
    tags: dict[str, dict[str, Any] | None] = {}
    states: dict[str, Any] | None = None
    counters: dict[str, Any] = {}
    job: dict[str, Any] | None = None
    standard_rate_upm: Rate | str | None = None


class EquipmentEntry(Entry):
    """A node of the plant. Timezone and calendar hold for everything below it too."""

    level: Level
    name: Words | None = None
    class_name: Name | None = Field(default=None, alias="class")
    parameters: dict[str, str | int | float | bool] = {}
    timezone: Name | None = Field(default=None, description="IANA, e.g. Europe/Prague")
    calendar: Name | None = None
    standard_rate_upm: Rate | None = Field(default=None, description="a number: pieces per minute when all goes well")
    flow: tuple[Step, ...] = Field(
        default=(), description="the children as material passes them; in a list: side by side; a list in it: a lane"
    )
    buffers: dict[Name, BufferEntry] = Field(default={}, description="what lies before a unit of the flow")
    constraint: Name | None = Field(default=None, description="the child that decides what the line can make")
    outfeed: Name | None = Field(default=None, description="the child whose good pieces are the line's; default: last")
    line: LineMethod | None = Field(default=None, description="figured by its constraint, or over its units")
    tags: dict[str, dict[str, Any] | None] = {}
    states: dict[str, Any] | None = None
    counters: dict[str, Any] = {}
    job: dict[str, Any] | None = None
    moved: Name | None = Field(default=None, description="the path it had before; its data stays with it")


class ConnectionEntry(Entry):
    """A way to one controller: which driver, and that driver's options."""

    driver: Name
    options: dict[str, Any] = {}
    time: Literal["auto", "device", "gateway"] = Field(default="auto", description="whose clock stamps the values")
    alert_after_min: Annotated[float, BeforeValidator(not_bool), Field(ge=0, le=10_080, allow_inf_nan=False)] = Field(
        default=5.0, description="a number: minutes down until `connection.down` is told (0: never)"
    )
    moved: Name | None = Field(default=None, description="the name it had before")


class ScanEntry(Entry):
    """How often tags are looked at."""

    mode: Literal["subscribe", "poll"] = "subscribe"
    interval_ms: Annotated[int, Field(ge=10, le=86_400_000)] = 250
