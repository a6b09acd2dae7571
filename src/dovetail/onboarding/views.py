"""What the desk shows: the outcome of a try, the plan and the files of a change, a connection as it can be edited."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel

from dovetail.core import quality as q
from dovetail.core.clock import to_rfc3339
from dovetail.drivers.base import native_words
from dovetail.equipment.entries import ConnectionEntry, EquipmentEntry, ScanEntry
from dovetail.onboarding.compose import Documents, own_tags
from dovetail.onboarding.schema import SCANS, LinkBody, Part, SignalBody
from dovetail.onboarding.service import Considered
from dovetail.onboarding.trying import Outcome, SignalRead
from dovetail.plantcode.plant import Plant
from dovetail.states.model import Decision

LINES_SHOWN = 400  # of the files that would be written; the rest is counted


class TryRequest(Part):
    """A link as filled in so far, the signals to read over it, and what is said of their meaning."""

    link: LinkBody
    signals: tuple[SignalBody, ...] = ()
    states: dict[str, Any] | None = None


class BrowseRequest(Part):
    """Where to look in a device's address space; null is its top."""

    link: LinkBody
    address: str | None = None


class ReadingOut(BaseModel):
    """A signal as it is now. `moved_ms`: since its value changed, null while nobody saw it change.

    `since_first`: how far a number has come since this link was first looked through. With `error` it was not read.
    `ts` is when we took it, `ts_device` the device's own time; `native_words` what its own status means, where known.
    """

    property: str
    address: str
    kind: str | None
    value: float | int | bool | str | None
    quality: int | None
    quality_name: str | None
    native: int
    native_words: str | None
    ts: str | None
    ts_device: str | None
    moved_ms: int | None
    since_first: float | None
    error: str | None
    hint: str | None


class MeaningOut(BaseModel):
    """What the signals would make of the machine now."""

    state: str
    mode: str
    reason: str | None


class UnapprovedOut(BaseModel):
    """Who answered and is not approved: `shows` what it says of itself; to approve it, write `value` at `option`."""

    option: str
    value: str
    shows: list[tuple[str, str]]


class TryOut(BaseModel):
    """Whether the device answered. `mends`: `form` where something typed is wrong, `site` where it is out there.

    `connected_ms` is null where the link still stood from a look before; `clock_ms` is how far the device's clock is
    ahead of ours, null where it tells none.
    """

    ok: bool
    where: str
    connected_ms: float | None = None
    answered_ms: float | None = None
    clock_ms: float | None = None
    cause: str | None = None
    code: str | None = None
    hint: str | None = None
    mends: Literal["form", "site"] | None = None
    unapproved: UnapprovedOut | None = None
    signals: list[ReadingOut] = []
    meaning: MeaningOut | None = None


class FoundOut(BaseModel):
    """One entry of a device's address space; `unit` is UCUM, where the device tells it."""

    address: str
    name: str
    is_folder: bool
    kind: str | None
    unit: str | None


class FaultOut(BaseModel):
    """What is wrong with a change; `pointer` is the field of the request, empty where the fault lies elsewhere."""

    pointer: str
    code: str
    message: str
    hint: str | None
    place: str


class StepOut(BaseModel):
    """One entry that would change; `fields` are (what, before, after)."""

    section: str
    act: str
    key: str
    fields: list[tuple[str, str, str]]


class FileOut(BaseModel):
    """A file that would change; `lines` are (sign, text), sign one of `+`, `-`, space and `@` for a gap."""

    name: str
    is_new: bool
    lines: list[tuple[str, str]]
    more: int


class PreviewOut(BaseModel):
    """What a change would come to; with faults nothing can be applied. `version` goes into `seen`."""

    version: int
    faults: list[FaultOut]
    steps: list[StepOut]
    impact: list[str]
    files: list[FileOut]
    secrets: list[str]


class ScanOut(BaseModel):
    """How often a tag is looked at."""

    name: str
    mode: str
    interval_ms: int


class NodeOut(BaseModel):
    """An equipment of the plant as a place for a machine."""

    path: str
    name: str
    level: str
    calendar: str | None


class OutlineOut(BaseModel):
    """What stands in the plant already and can be chosen. `version` 0: nothing stands yet."""

    version: int
    name: str | None
    connections: list[str]
    calendars: list[str]
    scans: list[ScanOut]
    nodes: list[NodeOut]


class MachineOut(BaseModel):
    """A machine that a connection feeds. `inherited` tags are its class's and are changed in plant code."""

    path: str
    name: str | None
    standard_rate_upm: float | None
    calendar: str | None
    signals: list[dict[str, Any]]
    inherited: int
    states: dict[str, Any] | None
    counters: dict[str, Any]


class DefinitionOut(BaseModel):
    """A connection as it can be edited; secrets are named (`secret://…`), never shown."""

    name: str
    version: int
    driver: str
    options: dict[str, Any]
    time: str
    alert_after_min: float | None
    machines: list[MachineOut]


def try_out(outcome: Outcome, meaning: Decision | None, *, driver: str) -> TryOut:
    """A try in the API's words."""
    look, met = outcome.look, outcome.unapproved
    out = TryOut(
        ok=look is not None,
        where=outcome.where,
        cause=outcome.cause,
        code=outcome.code,
        hint=outcome.hint,
        mends=outcome.mends,
        unapproved=None if met is None else UnapprovedOut(option=met.option, value=met.value, shows=list(met.shows)),
        signals=[_reading(one, driver) for one in outcome.signals],
        meaning=None if meaning is None else MeaningOut(state=meaning.state, mode=meaning.mode, reason=meaning.reason),
    )
    if look is not None:
        out.connected_ms = None if look.connected_us is None else round(look.connected_us / 1000, 1)
        out.answered_ms = round(look.answered_us / 1000, 1)
        device_us = look.alive.device_us
        out.clock_ms = None if device_us is None else round((device_us - look.alive.answered_us) / 1000, 1)
    return out


def _reading(one: SignalRead, driver: str) -> ReadingOut:
    read = one.reading
    native = 0 if read is None else read.native
    return ReadingOut(
        property=one.property,
        address=one.address,
        kind=None if one.kind is None else one.kind.name.lower(),
        value=None if read is None else read.value,
        quality=None if read is None else read.quality,
        quality_name=None if read is None else q.name(read.quality),
        native=native,
        native_words=native_words(driver, native) if native else None,
        ts=_moment(None if read is None else read.ts_us),
        ts_device=_moment(None if read is None else read.device_us),
        moved_ms=None if read is None or read.moved_us is None else read.moved_us // 1000,
        since_first=None if read is None else read.since_first,
        error=one.error,
        hint=one.hint,
    )


def _moment(at_us: int | None) -> str | None:
    return None if at_us is None else to_rfc3339(at_us)


def preview_out(found: Considered) -> PreviewOut:
    """A change that was considered, in the API's words."""
    plan = found.plan
    steps = [] if plan is None else plan.steps
    return PreviewOut(
        version=found.version,
        faults=[FaultOut(**{name: getattr(one, name) for name in FaultOut.model_fields}) for one in found.faults],
        steps=[StepOut(section=s.section, act=s.act, key=s.key, fields=list(s.fields)) for s in steps],
        impact=[] if plan is None else [*_endings(found), *plan.impact],
        files=list(_files(found.before, found.after)),
        secrets=list(found.secrets),
    )


def _endings(found: Considered) -> list[str]:
    names = sorted(found.ending)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return [f"{', '.join(names[:3])}{more}: no longer read, their samples are kept"] if names else []


def _files(before: Documents, after: Documents) -> Iterator[FileOut]:
    for name, text in sorted(after.items()):
        old = before.get(name, "")
        if old == text:
            continue
        lines = list(difflib.unified_diff(old.splitlines(), text.splitlines(), lineterm="", n=2))[2:]
        shown = [("@", "") if line.startswith("@@") else (line[:1], line[1:]) for line in lines[:LINES_SHOWN]]
        yield FileOut(name=name, is_new=name not in before, lines=shown[1:], more=max(0, len(lines) - LINES_SHOWN))


def outline_out(version: int, plant: Plant) -> OutlineOut:
    """What can be chosen of a plant."""
    nodes = plant.entries("equipment", EquipmentEntry)
    calendars = {path: node.calendar for path, node in nodes.items()}
    scans = {name: entry.model_dump() for name, entry in plant.entries("scan_classes", ScanEntry).items()}
    usual: dict[str, dict[str, Any]] = {"default": {"mode": "subscribe", "interval_ms": 250}}
    return OutlineOut(
        version=version,
        name=plant.raw("plant", "name"),
        connections=sorted(plant.names("connections")),
        calendars=sorted(plant.names("calendars")),
        scans=[ScanOut(name=name, **said) for name, said in {**usual, **SCANS, **scans}.items()],
        nodes=[
            NodeOut(path=path, name=node.name or path, level=node.level, calendar=_inherited(calendars, path))
            for path, node in sorted(nodes.items())
        ],
    )


def _inherited(calendars: dict[str, str | None], path: str) -> str | None:
    while path:
        if calendars.get(path):
            return calendars[path]
        path = path.rpartition("/")[0]
    return None


def definition_out(name: str, version: int, entry: ConnectionEntry, plant: Plant, fed: dict[str, int]) -> DefinitionOut:
    """A connection with the machines it feeds. `fed`: tags over it by equipment path, the class's too."""
    nodes = plant.entries("equipment", EquipmentEntry)
    machines: list[MachineOut] = []
    for path, count in sorted(fed.items()):
        node, own = nodes[path], own_tags(plant, path, name)
        signals = [{"property": key, **{k: v for k, v in tag.items() if k != "connection"}} for key, tag in own.items()]
        machines.append(
            MachineOut(
                path=path,
                name=node.name,
                standard_rate_upm=node.standard_rate_upm,
                calendar=node.calendar,
                signals=signals,
                inherited=count - len(own),
                states=node.states,
                counters=node.counters,
            )
        )
    return DefinitionOut(
        name=name,
        version=version,
        driver=entry.driver,
        options=entry.options,
        time=entry.time,
        alert_after_min=entry.alert_after_min if "alert_after_min" in entry.model_fields_set else None,
        machines=machines,
    )
