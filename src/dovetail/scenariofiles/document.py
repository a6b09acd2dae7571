"""Read a scenario's file: held against its schema, with the place of everything in it, and the plant it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from dovetail.plantcode import codes
from dovetail.plantcode.fit import fit
from dovetail.plantcode.reader import Map, Seq, read
from dovetail.plantcode.report import Path, Place, Report
from dovetail.scenariofiles.schema import ScenarioEntry

OWN_PLANT: Final = "scenario.yaml"

NOT_A_SCENARIO: Final = "DT-S001"
BAD_ROW: Final = "DT-S002"
NOT_THERE: Final = "DT-S003"
NO_PLANT: Final = "DT-S004"

MEANINGS: Final[dict[str, str]] = {
    NOT_A_SCENARIO: "The file is no scenario: it does not begin with `scenario:`.",
    BAD_ROW: "A row, a time, a duration or a figure cannot be read.",
    NOT_THERE: "The plant has no such tag, equipment, connection, or the KPI does not exist.",
    NO_PLANT: "There is no plant to play the scenario on.",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A scenario as it was written. `plant` is the plant code to play it on, by file; its own is called OWN_PLANT."""

    file: str
    entry: ScenarioEntry
    top: Map
    report: Report
    plant: Mapping[str, bytes]

    def place(self, *path: str | int) -> Place:
        """Where something stands: the longest part of the path that does."""
        return _locate(self.file, self.top, path)[0]

    def wrong(self, path: Path, message: str, *, code: str = BAD_ROW, **more: Any) -> None:
        """Report a fault at a place."""
        self.report.error(code, path, message, **more)


def is_scenario(content: bytes) -> bool:
    """Whether a YAML file is a scenario: one of its lines begins the key `scenario`."""
    return any(line.startswith(b"scenario:") for line in content.splitlines())


def read_scenario(
    file: str, content: bytes, *, around: Mapping[str, bytes] | None = None
) -> tuple[Document | None, Report]:
    """The scenario in a file and what is wrong with it; `around` is the plant code it stands beside. Never raises."""
    report = Report()
    top = read(file, content, report)
    if top is None:
        return None, report
    report.use(lambda path, *, key=False: _locate(file, top, path, key=key))
    if "scenario" not in top:
        report.at(Place(file, 1, 1), NOT_A_SCENARIO, "there is no `scenario` here", hint="scenario: what it shows")
        return None, report
    entry = fit(ScenarioEntry, top, (), report)
    if entry is not None and not entry.expect:
        report.error(codes.MISSING_FIELD, ("expect",), "nothing is expected", hint="expect: - equipment: …")
    if entry is None or not report.ok:
        return None, report
    plant = around or {}
    if entry.plant is not None:
        plant = _own_plant(file, content, top, report)
    elif not plant:
        what = "there is no plant to play it on"
        report.at(Place(file, 1, 1), NO_PLANT, what, hint="give it `plant:`, or put it into PLANT/scenarios/")
    return (Document(file, entry, top, report, plant), report) if report.ok else (None, report)


def _own_plant(file: str, content: bytes, top: Map, report: Report) -> Mapping[str, bytes]:
    """The lines of `plant:` alone, each where it stands: so what is wrong with it is found in the scenario's file."""
    first, _, inside, _ = top.marks["plant"]
    if inside == first:
        place = Place(file, first + 1, 1)
        report.at(place, codes.NOT_YAML, "the plant begins on the line of its key", hint="begin it on the next line")
        return {}
    after = min((mark[0] for mark in top.marks.values() if mark[0] > first), default=content.count(b"\n") + 1)
    lines = content.split(b"\n")
    kept = [line if first < number < after else b"" for number, line in enumerate(lines)]
    return {OWN_PLANT: b"\n".join(kept)}


def _locate(file: str, top: Map, path: Path, *, key: bool = False) -> tuple[Place, Any]:
    place, value, scalar = Place(file, 1, 1), cast(Any, top), cast(Any, None)
    for step in path:
        mark = _mark(value, step)
        if mark is None:
            return place, None
        value = value[str(step)] if isinstance(value, Map) else value[step]
        scalar = None if isinstance(value, Map | Seq) else value
        line, col = mark[:2] if scalar is None or key else mark[2:]
        place = Place(file, line + 1, col + 1)
    return place, scalar


def _mark(value: Any, step: str | int) -> tuple[int, int, int, int] | None:
    if isinstance(value, Map):
        return value.marks.get(str(step))
    if isinstance(value, Seq) and isinstance(step, int) and 0 <= step < len(value):
        return value.marks[step]
    return None
