"""Play a scenario: the plant is applied, samples arrive, people do their part, and it is looked at what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final
from zoneinfo import ZoneInfo

from dovetail.core.clock import DAY_US
from dovetail.core.errors import DovetailError
from dovetail.equipment.service import PlantInvalidError
from dovetail.plantcode.report import Report
from dovetail.scenariofiles.document import OWN_PLANT, Document
from dovetail.scenariofiles.script import Act, Post, Script, write_script
from dovetail.scenariofiles.words import Wall, first_day, midnight_us
from dovetail.scenarios.deeds import operate
from dovetail.scenarios.judge import Finding, judge
from dovetail.scenarios.stage import OWN, Opened, Stage, on_sqlite, stage

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
            run(script, now, played, document)
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


def run(script: Script, now: Stage, played: Played, document: Document) -> None:
    """Everything that happens, in the order in which it becomes known."""
    post, acts, jobs = Post(script), list(script.acts), dict[int, str]()
    at_us = script.from_us - 1
    for moment_us in script.moments():
        now.clock.set(moment_us)
        for frame in post.between(at_us, moment_us):
            now.rooms.historian.put([frame])
            now.work()
        while acts and acts[0].at_us <= moment_us:
            _do(acts.pop(0), now, played, jobs=jobs, document=document)
            now.work()
        at_us = max(at_us, moment_us)


def _do(act: Act, now: Stage, played: Played, *, jobs: dict[int, str], document: Document) -> None:
    """A person does something; that it is refused is what was expected, or a finding."""
    expected = act.said.refused
    try:
        operate(act, now, jobs, document)
    except DovetailError as error:
        actual = f"{error.code}: {error.message}"
        ok = expected == error.code
        if not ok or expected:
            played.findings.append(Finding(act.place, "done by hand", expected or "is done", actual, ok))
        return
    if expected and act.doing != "end":
        played.findings.append(Finding(act.place, "done by hand", f"refused: {expected}", "was done", ok=False))
