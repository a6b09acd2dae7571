"""Turn what a person filled in into the plant's files, line by line, and lead the faults of those back to the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dovetail.core.secretname import REFERENCE
from dovetail.equipment.entries import EquipmentEntry
from dovetail.onboarding.schema import AROUND_THE_CLOCK, SCANS, LinkBody, MachineBody, PutConnection, SignalBody
from dovetail.plantcode import edit
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.states.schema import StatesEntry, parsed, tags_in

type Documents = Mapping[str, str]
type Path = tuple[str, ...]

WEEK: Final = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ROUND: Final = {
    "name": "Around the clock",
    "shifts": [
        {"name": "Day", "start": "06:00", "end": "18:00", "days": WEEK},
        {"name": "Night", "start": "18:00", "end": "06:00", "days": WEEK},
    ],
}
_LINES: Final = frozenset({"ProductionLine", "WorkCenter", "ProcessCell", "ProductionUnit"})
_USUAL: Final = SignalBody(property="x", address="x")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the plant that a change would make; `pointer` is the field of the form, if it is in one."""

    pointer: str
    code: str
    message: str
    hint: str | None
    place: str


def secret_name(connection: str, option: str) -> str:
    """Under which name a typed secret is kept."""
    return f"{connection}/{option}"


def with_secrets(connection: str, link: LinkBody) -> dict[str, Any]:
    """The options, naming the typed secrets where they belong."""
    options: dict[str, Any] = dict(link.options)
    for option in link.secrets:
        *above, last = option.split(".")
        inside = options
        for key in above:
            inside[key] = dict(inside[key]) if isinstance(inside.get(key), dict) else {}
            inside = inside[key]
        inside[last] = REFERENCE + secret_name(connection, option)
    return options


def put(documents: Documents, plant: Plant, given: PutConnection) -> Documents:
    """The files with this connection and its machine."""
    files = documents
    if not plant.has("plant"):
        files = edit.put(files, ("plant",), {"format": 1, "name": given.plant_name or "Plant"})
    files = _put_link(files, plant, given)
    machine = given.machine
    if machine is None:
        return files
    for scan in dict.fromkeys(signal.scan for signal in machine.signals):
        if scan in SCANS and not plant.has("scan_classes", scan):
            files = edit.put(files, ("scan_classes", scan), SCANS[scan])
    if machine.calendar == AROUND_THE_CLOCK and not plant.has("calendars", AROUND_THE_CLOCK):
        files = edit.put(files, ("calendars", AROUND_THE_CLOCK), ROUND)
    new = [node for node in machine.above if not plant.has("equipment", node.path)]
    for node in new:
        said: dict[str, Any] = node.model_dump(exclude={"path"}, exclude_none=True)
        if node is new[0] and machine.calendar is not None:
            said["calendar"] = machine.calendar  # it holds for everything below
        above, _, own = machine.path.rpartition("/")
        if node.path == above and node.level in _LINES:
            said |= {"flow": [own], "constraint": own}  # of one machine, which decides what the line can make
        files = edit.put(files, ("equipment", node.path), said)
    if new:
        machine = machine.model_copy(update={"calendar": None})
    return _put_machine(files, plant, given.connection, machine)


def _put_link(files: Documents, plant: Plant, given: PutConnection) -> Documents:
    link, at = given.link, ("connections", given.connection)
    said: dict[str, Any] = {"driver": link.driver, "options": with_secrets(given.connection, link)}
    if link.time != "auto":
        said["time"] = link.time
    if link.alert_after_min is not None:
        said["alert_after_min"] = link.alert_after_min
    if not plant.has(*at):
        return edit.put(files, at, said)
    for field in ("driver", "options", "time", "alert_after_min"):
        files = _changed(files, plant, (*at, field), said.get(field))
    return files


def _put_machine(files: Documents, plant: Plant, connection: str, machine: MachineBody) -> Documents:
    at = ("equipment", machine.path)
    tags = {signal.property: tag_of(connection, signal) for signal in machine.signals}
    if not plant.has(*at):
        said: dict[str, Any] = {"level": "WorkUnit", "name": machine.name, "calendar": machine.calendar}
        said |= {"standard_rate_upm": _number(machine.standard_rate_upm), "tags": tags}
        said |= {"states": machine.states, "counters": machine.counters}
        return edit.put(files, at, {key: value for key, value in said.items() if value not in (None, {})})
    for field in ("name", "calendar", "standard_rate_upm"):
        value = _number(getattr(machine, field))
        if value is not None:
            files = _changed(files, plant, (*at, field), value)
    for name in own_tags(plant, machine.path, connection):
        if name not in tags:
            files = edit.remove(files, (*at, "tags", name))
    for name, tag in tags.items():
        files = _changed(files, plant, (*at, "tags", name), tag)
    for field in ("states", "counters"):
        value = getattr(machine, field)
        if value is not None:
            files = _changed(files, plant, (*at, field), value or None)
    return files


def _changed(files: Documents, plant: Plant, at: Path, value: Any) -> Documents:
    """The files with a value at a path; a line that says so already is left as its author wrote it."""
    if value is None:
        return edit.remove(files, at) if plant.has(*at) else files
    return files if plant.raw(*at) == value else edit.put(files, at, value)


def tag_of(connection: str, signal: SignalBody) -> dict[str, Any]:
    """A signal as it stands under `tags:`; what is usual is not said."""
    said: dict[str, Any] = {"connection": connection, "address": signal.address, "kind": signal.kind or "f64"}
    for field in ("unit", "scale", "offset", "deadband", "scan"):
        value = getattr(signal, field)
        if value != getattr(_USUAL, field):
            said[field] = _number(value)
    return said


def _number(value: Any) -> Any:
    """As a person writes it: 100, not 100.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def own_tags(plant: Plant, path: str, connection: str) -> dict[str, dict[str, Any]]:
    """The tags that an equipment itself says it reads over a connection; those of its class are the class's."""
    entry = plant.entries("equipment", EquipmentEntry).get(path)
    tags = entry.tags if entry is not None else {}
    return {name: dict(tag) for name, tag in tags.items() if tag is not None and tag.get("connection") == connection}


def tags_over(plant: Plant, connection: str) -> frozenset[str]:
    """The paths of all tags that equipment itself says it reads over a connection."""
    paths = plant.names("equipment")
    return frozenset(f"{path}.{name}" for path in paths for name in own_tags(plant, path, connection))


def remove(documents: Documents, plant: Plant, connection: str) -> Documents:
    """The files without a connection, the tags over it, and the states and counters that nothing else tells."""
    files = edit.remove(documents, ("connections", connection))
    for path, entry in plant.entries("equipment", EquipmentEntry).items():
        gone = own_tags(plant, path, connection)
        if not gone:
            continue
        for name in gone:
            files = edit.remove(files, ("equipment", path, "tags", name))
        for where in _told_by(entry, frozenset(gone)):
            files = edit.remove(files, ("equipment", path, *where))
    return files


def _told_by(entry: EquipmentEntry, gone: frozenset[str]) -> Iterator[Path]:
    """What of an equipment's mappings cannot be without these tags; what its class says of them is the class's."""
    try:
        states, counters = parsed(entry.states, entry.counters)
    except ValueError:
        return
    named = {where for where, tag, _ in tags_in(states, counters) if tag in gone}
    if states is not None and any(where[1] in _main(states) for where in named if where[0] == "states"):
        yield ("states",)
        named = {where for where in named if where[0] != "states"}
    for where in sorted(named):
        yield where[:2]


def _main(states: StatesEntry) -> frozenset[str]:
    """The mapping without which there is no state at all."""
    return frozenset(way for way in ("packml", "values", "activity") if getattr(states, way) is not None)


def faults(plant: Plant, report: Report, given: PutConnection | None) -> list[Fault]:
    """Each problem of the files with the field of the form from which it came."""
    said = [] if given is None else [(path, pointer) for path, pointer in _fields(given) if plant.has(*path)]
    fields = {plant.locate(path)[0]: pointer for path, pointer in said}
    keys = {plant.locate(path, key=True)[0]: pointer for path, pointer in said}
    return [
        Fault(
            pointer=fields.get(problem.place) or keys.get(problem.place, ""),
            code=problem.code,
            message=problem.message,
            hint=problem.hint,
            place=str(problem.place),
        )
        for problem in report.problems
    ]


def _fields(given: PutConnection) -> Iterator[tuple[Path, str]]:
    """(path in the plant, pointer into the form), the whole before its parts: what is not there, it stands for."""
    at = ("connections", given.connection)
    yield at, "/connection"
    yield (*at, "options"), "/link/options"
    yield (*at, "driver"), "/link/driver"
    for path in _paths(with_secrets(given.connection, given.link)):
        yield (*at, "options", *path), "/".join(["/link/options", *path])
    machine = given.machine
    if machine is None:
        return
    for n, node in enumerate(machine.above):
        yield ("equipment", node.path), f"/machine/above/{n}/path"
        yield ("equipment", node.path, "timezone"), f"/machine/above/{n}/timezone"
        yield ("equipment", node.path, "calendar"), "/machine/calendar"
    own = ("equipment", machine.path)
    yield own, "/machine/path"
    for field in ("name", "calendar", "standard_rate_upm"):
        if getattr(machine, field) is not None:
            yield (*own, field), f"/machine/{field}"
    for n, signal in enumerate(machine.signals):
        yield (*own, "tags", signal.property), f"/machine/signals/{n}/property"
        for field in tag_of(given.connection, signal):
            yield (*own, "tags", signal.property, field), f"/machine/signals/{n}/{field}"
    for field in ("states", "counters"):
        said = getattr(machine, field)
        if said:
            yield (*own, field), f"/machine/{field}"
            for path in _paths(said):
                yield (*own, field, *path), "/".join([f"/machine/{field}", *path])


def _paths(value: Mapping[str, Any]) -> Iterator[Path]:
    for key, inside in value.items():
        yield (str(key),)
        if isinstance(inside, dict):
            yield from ((str(key), *below) for below in _paths(inside))
