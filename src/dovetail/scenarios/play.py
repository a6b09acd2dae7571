"""Play a scenario: the plant is applied, samples arrive, people do their part, and it is looked at what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.errors import DovetailError
from dovetail.counting.entering import EnterCounts
from dovetail.equipment.service import PlantInvalidError
from dovetail.operations.operation import execute
from dovetail.plantcode.report import Report
from dovetail.production.operations import EndJob, StartJob
from dovetail.scenariofiles.document import OWN_PLANT, Document
from dovetail.scenariofiles.schema import CountEntry, EditEntry, JobEntry
from dovetail.scenariofiles.script import Act, Post, Script, write_script
from dovetail.scenariofiles.words import Wall, first_day, midnight_us
from dovetail.scenarios.judge import Finding, judge
from dovetail.scenarios.stage import OWN, Opened, Stage, on_sqlite, stage
from dovetail.timeline.operations import EditTime

BEFORE_US: Final = 2 * DAY_US  # the plant holds from so long before the day of the scenario on


@dataclass(slots=True)
class Played:
    """What came of a scenario: faults of the file in `report`, else the findings."""

    file: str
    title: str
    report: Report
    findings: list[Finding] = field(default_factory=list[Finding])
    took_s: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether everything is as it was expected."""
        return self.report.ok and all(finding.ok for finding in self.findings)


def play(document: Document, *, records: Opened = on_sqlite) -> Played:
    """Play it from its beginning, and compare. Never raises for what stands in the file."""
    began_s = time.perf_counter()
    with played_out(document, records=records) as (played, script, now):
        if script is not None:
            played.findings += judge(document, script, now)
    played.took_s = time.perf_counter() - began_s
    return played


@contextmanager
def played_out(document: Document, *, records: Opened = on_sqlite) -> Iterator[tuple[Played, Script | None, Stage]]:
    """The installation as a scenario leaves it, for as long as the block lasts; no script where it cannot be played."""
    played = Played(document.file, document.entry.scenario, document.report)
    with stage(_holds_from(document), records=records) as now:
        script = _set_up(document, now, played)
        if script is not None:
            run(script, now, played)
        yield played, script, now


def _set_up(document: Document, now: Stage, played: Played) -> Script | None:
    """The plant is there and the script written; None, with what is wrong, where that cannot be."""
    try:
        now.rooms.equipment.apply(document.plant, scope=OWN, valid_from_us=_holds_from(document))
    except PlantInvalidError as error:
        _take_over(error.report, played.report, document.file)
        return None
    return write_script(document, now.rooms.equipment.plant())


def _holds_from(document: Document) -> int:
    """Where the scenario's day is none, anything will do: that is told when its times are read."""
    try:
        return midnight_us(Wall(first_day(document.entry.day), ZoneInfo("UTC"))) - BEFORE_US
    except ValueError:
        return 0


def _take_over(found: Report, report: Report, file: str) -> None:
    """What is wrong with the plant is wrong with the scenario, where it stands in its file."""
    for problem in found.problems:
        place = replace(problem.place, file=file) if problem.place.file == OWN_PLANT else problem.place
        report.at(place, problem.code, problem.message, hint=problem.hint)


def run(script: Script, now: Stage, played: Played) -> None:
    """Everything that happens, in the order in which it becomes known."""
    post, acts, jobs = Post(script), list(script.acts), dict[int, str]()
    at_us = script.from_us - 1
    for moment_us in script.moments():
        now.clock.set(moment_us)
        for frame in post.between(at_us, moment_us):
            now.rooms.historian.put([frame])
            now.work()
        while acts and acts[0].at_us <= moment_us:
            _do(acts.pop(0), now, played, jobs=jobs)
            now.work()
        at_us = max(at_us, moment_us)


def _do(act: Act, now: Stage, played: Played, *, jobs: dict[int, str]) -> None:
    """A person does something; that it is refused is what was expected, or a finding."""
    expected = act.said.refused
    try:
        _operate(act, now, jobs)
    except DovetailError as error:
        actual = f"{error.code}: {error.message}"
        ok = expected == error.code
        if not ok or expected:
            played.findings.append(Finding(act.place, "done by hand", expected or "is done", actual, ok))
        return
    if expected and act.doing != "end":
        played.findings.append(Finding(act.place, "done by hand", f"refused: {expected}", "was done", ok=False))


def _operate(act: Act, now: Stage, jobs: dict[int, str]) -> None:
    start = None if act.from_us is None else to_rfc3339(act.from_us)
    end = None if act.to_us is None else to_rfc3339(act.to_us)
    said = act.said
    if isinstance(said, JobEntry):
        if act.doing == "end":
            if id(said) in jobs:
                given = EndJob(job_response_id=jobs.pop(id(said)), ended_at=end)
                execute(now.rooms.production.jobs.end, given, database=now.database, scope=OWN)
            return
        begun = StartJob(
            equipment_id=act.equipment_id, product=said.product, job_order=said.order, lot=said.lot, crew=said.crew,
            standard_rate_upm=said.rate_upm, started_at=start, ended_at=end if act.doing == "run" else None,
            beside=said.beside,
        )  # fmt: skip
        done = execute(now.rooms.production.jobs.start, begun, database=now.database, scope=OWN)
        jobs[id(said)] = done.output.id
    elif isinstance(said, EditEntry):
        edit = EditTime(
            equipment_id=act.equipment_id,
            start=start or "",
            end=end,
            **_given(said, "reason", "state", "mode", "comment"),
        )
        execute(now.rooms.timeline.operations.edit, edit, database=now.database, scope=OWN)
    else:
        words = _given(said, "good", "scrap", "rework", "infeed", "reason")
        count = EnterCounts(equipment_id=act.equipment_id, start=start, end=end, **words)
        execute(now.rooms.counting.entering.enter, count, database=now.database, scope=OWN)


def _given(said: EditEntry | CountEntry, *names: str) -> Mapping[str, Any]:
    """The fields that were written: one that is left out says nothing, an empty one takes away."""
    return {name: getattr(said, name) for name in names if name in said.model_fields_set}
