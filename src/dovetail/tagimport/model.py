"""What becomes of each row of a tag list: a new tag, a change, nothing, or a fault that says what is missing.

Pure: the list, the choices of a person and the plant as it stands go in, verdicts come out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.expr.units import unit_of
from dovetail.tagwords.addresses import translated
from dovetail.tagwords.meanings import PROPERTY_MAX, UNIT_MAX, property_of
from dovetail.tagwords.model import Row, Said

type Outcome = Literal["new", "change", "same", "kept", "taken", "left", "fault"]

WRITES: Final = ("new", "change")  # outcomes that change the plant
_GUESSED: Final = ("f64", "i64", "bool", "str", "json")  # in this order, where the list tells no type
_NEUTRAL: Final = {"scale": 1.0, "offset": 0.0, "deadband": 0.0}
_RESERVED: Final = frozenset({"job", "product", "rate_upm"})  # Dovetail keeps these of every machine itself
_USUAL_MS: Final = {"poll": 1_000, "subscribe": 250}


@dataclass(frozen=True, slots=True)
class Standing:
    """A tag that the plant has: its words in plant code; `own`: said at the equipment itself, not by its class."""

    path: str
    said: Mapping[str, Any]
    own: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What of the plant decides. `accept` asks the driver; `scans` are scan classes by (mode, interval)."""

    connection: str
    driver: str
    accept: Callable[[str, Kind], None]
    listens: bool
    equipment: frozenset[str]
    tags: Mapping[str, Standing]
    readers: Mapping[str, str]  # address → the tag that reads it over this connection
    scans: Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose: where the tags go, how they are read, and what happens to those that are there already."""

    equipment: str | None = None
    folders: bool = True
    scan: str | None = None
    existing: Literal["keep", "change"] = "keep"
    taken: Literal["leave", "add"] = "leave"
    left_out: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a row. `tag` as it would stand in plant code; `changes` are (field, before, after)."""

    row: Row
    outcome: Outcome
    equipment: str
    property: str
    tag: Mapping[str, Any]
    faults: tuple[Said, ...] = ()
    notes: tuple[Said, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()
    scan: tuple[str, int] | None = None  # the scan class it needs and the plant has not


@dataclass(slots=True)
class _Seen:
    """What rows before this one have taken: row by tag, and by address."""

    names: dict[str, int] = field(default_factory=dict[str, int])
    addresses: dict[str, int] = field(default_factory=dict[str, int])


def judge(rows: Sequence[Row], facts: Facts, choices: Choices) -> list[Verdict]:
    """A verdict for each row, in their order."""
    seen = _Seen()
    shared = _shared(rows) if choices.folders else 0
    return [_judge(row, facts, choices, seen, shared) for row in rows]


def _shared(rows: Sequence[Row]) -> int:
    """How many folders all rows have in common: they say nothing about any of them."""
    folders = [row.folder for row in rows if row.name]
    depth = 0
    while folders and all(len(one) > depth and one[depth] == folders[0][depth] for one in folders):
        depth += 1
    return depth


def _judge(row: Row, facts: Facts, choices: Choices, seen: _Seen, shared: int) -> Verdict:
    equipment = row.equipment or choices.equipment or ""
    name = _name(row, choices, shared)
    faults, notes = list(row.faults), list(row.notes)
    if equipment not in facts.equipment:
        faults.append(Said("no-equipment", equipment or "–"))
    if not name and row.name:
        faults.append(Said("no-property", row.name[:60]))
    if name and name != row.name:
        notes.append(Said("renamed", name))
    address, kind = row.address, "f64"
    if not any(fault.code in ("no-address", "not-from-device") for fault in row.faults):
        place = _place(row, facts)
        if isinstance(place, Said):
            faults.append(place)
        else:
            address, kind = place
            faults += _meaning(row, kind)
            notes += _remarks(row, address, facts)
    scan, missing = _scan(row, facts, choices)
    tag = _tag(row, facts.connection, address, kind, scan)
    path = f"{equipment}.{name}"
    if not faults and seen.names.setdefault(path, row.line) != row.line:
        faults.append(Said("name-twice", str(seen.names[path])))
    there = facts.tags.get(path)
    changes = _changes(there.said, tag) if there else ()
    if there and not there.own and changes and not faults:
        faults.append(Said("inherited", name))
    if not faults and seen.addresses.setdefault(address, row.line) != row.line:
        notes.append(Said("address-twice", str(seen.addresses[address])))
    reader = facts.readers.get(address)
    if reader is not None and reader != path and not faults:
        notes.append(Said("address-taken", reader))
    outcome = _outcome(row, choices, faults=bool(faults), there=there, changes=bool(changes), reader=reader)
    return Verdict(row, outcome, equipment, name, tag, tuple(faults), tuple(notes), changes, missing)


def _outcome(
    row: Row, choices: Choices, *, faults: bool, there: Standing | None, changes: bool, reader: str | None
) -> Outcome:
    if row.line in choices.left_out:
        return "left"
    if faults:
        return "fault"
    if there is not None:
        return "same" if not changes else "change" if choices.existing == "change" else "kept"
    return "taken" if reader is not None and choices.taken == "leave" else "new"


def _name(row: Row, choices: Choices, shared: int) -> str:
    """Its name with as many of its folders as fit; a name that Dovetail keeps for itself gets an ending."""
    folders = list(row.folder[shared:]) if choices.folders else []
    while folders and len(property_of(" ".join((*folders, row.name)))) >= PROPERTY_MAX:
        folders.pop(0)
    name = property_of(" ".join((*folders, row.name)))
    return f"{name}_tag" if name in _RESERVED else name


def _place(row: Row, facts: Facts) -> tuple[str, str] | Said:
    """(address, kind) that the driver accepts, or what it says against it."""
    place = translated(row, facts.driver)
    if isinstance(place, Said):
        return place
    address, told = place
    fault: ConfigError | None = None
    for kind in [told] if told else _GUESSED:
        try:
            facts.accept(address, Kind[kind.upper()])
        except ConfigError as error:
            fault = fault or error
        else:
            return address, kind
    return Said("address-refused", fault.message if fault else address, (fault.hint if fault else None) or "")


def _meaning(row: Row, kind: str) -> Iterator[Said]:
    scaled = any(getattr(row, name) != neutral for name, neutral in _NEUTRAL.items())
    if scaled and kind in ("bool", "str", "json"):
        yield Said("not-scaled", kind)
    if row.scale == 0 or row.deadband < 0:
        yield Said("scaling", "a factor of 0" if row.scale == 0 else "a deadband below 0")
    if row.unit is not None and len(row.unit) > UNIT_MAX:
        yield Said("unit-long", row.unit[:60])


def _remarks(row: Row, address: str, facts: Facts) -> Iterator[Said]:
    if row.unit is not None and unit_of(row.unit).dims == ((row.unit, 1),):
        yield Said("unit-unknown", row.unit[:60])
    if facts.driver == "opcua" and address.startswith("ns="):
        yield Said("namespace-index")
    longer = address.partition(":")[2] in ("int32", "uint32", "float32", "int64", "uint64", "float64")
    if facts.driver == "modbus" and longer and row.swapped is None:
        yield Said("order-unknown")


def _scan(row: Row, facts: Facts, choices: Choices) -> tuple[str, tuple[str, int] | None]:
    """(the scan class, (mode, interval) where the plant has none like it)."""
    if choices.scan is not None:
        return choices.scan, None
    if row.mode is None and row.interval_ms is None:
        return "default", None
    mode = row.mode or ("subscribe" if facts.listens else "poll")
    wanted = (mode, row.interval_ms or _USUAL_MS[mode])
    known = facts.scans.get(wanted)
    return (known, None) if known else (scan_name(wanted), wanted)


def scan_name(wanted: tuple[str, int]) -> str:
    """What a scan class made for a list is called.

    >>> scan_name(("poll", 500))
    'poll-500ms'
    """
    return f"{wanted[0]}-{wanted[1]}ms"


def _tag(row: Row, connection: str, address: str, kind: str, scan: str) -> dict[str, Any]:
    """As it stands under `tags:`; what is usual is not said."""
    said: dict[str, Any] = {"connection": connection, "address": address, "kind": kind}
    if row.unit is not None:
        said["unit"] = row.unit
    for name, neutral in _NEUTRAL.items():
        value = getattr(row, name)
        if value != neutral:
            said[name] = int(value) if value.is_integer() and abs(value) < 1e15 else value
    return said | ({"scan": scan} if scan != "default" else {})


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    names = dict.fromkeys((*before, *after))
    return tuple(
        (name, str(before.get(name, "–")), str(after.get(name, "–")))
        for name in names
        if before.get(name) != after.get(name)
    )
