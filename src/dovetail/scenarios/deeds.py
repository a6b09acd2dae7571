"""What people do in a scenario, done as they would: by the same operations, refused as theirs would be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from dovetail.accord.asked import EditTime
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.counting.entering import EnterCounts
from dovetail.operations.operation import Operation, execute
from dovetail.production.operations import EndJob, StartJob
from dovetail.scenariofiles.document import OWN_PLANT, Document
from dovetail.scenariofiles.schema import CorrectionEntry, CountEntry, EditEntry, JobEntry, ReviewEntry
from dovetail.scenariofiles.script import Act
from dovetail.scenarios.stage import OWN, Stage

SCENARIO: Final = "as the scenario says"


def operate(act: Act, now: Stage, jobs: dict[int, str], document: Document) -> None:
    """Do what a person does, as the operation that they would use. Raises DovetailError where it is refused."""
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
            equipment_id=act.about_id, product=said.product, job_order=said.order, lot=said.lot, crew=said.crew,
            standard_rate_upm=said.rate_upm, started_at=start, ended_at=end if act.doing == "run" else None,
            beside=said.beside,
        )  # fmt: skip
        done = execute(now.rooms.production.jobs.start, begun, database=now.database, scope=OWN)
        jobs[id(said)] = done.output.id
    elif isinstance(said, EditEntry):
        edit = EditTime(
            equipment_id=act.about_id,
            start=start or "",
            end=end,
            **_given(said, "reason", "state", "mode", "comment"),
        )
        execute(now.rooms.timeline.operations.edit, edit, database=now.database, scope=OWN)
    elif isinstance(said, CountEntry):
        words = _given(said, "good", "scrap", "rework", "infeed", "reason")
        count = EnterCounts(equipment_id=act.about_id, start=start, end=end, **words)
        execute(now.rooms.counting.entering.enter, count, database=now.database, scope=OWN)
    elif isinstance(said, CorrectionEntry):
        _correct(act, said, now, {"tag_id": act.about_id, "start": start, "end": end})
    elif isinstance(said, ReviewEntry):
        _review(act, said, now)
    else:
        changed = {**(document.entry.plant or {}), **said.plant}
        now.rooms.equipment.apply(
            {OWN_PLANT: json.dumps(changed).encode()}, scope=OWN, reason=SCENARIO,
            valid_from_us=act.at_us,
        )  # fmt: skip


def _correct(act: Act, said: CorrectionEntry, now: Stage, where: Mapping[str, Any]) -> None:
    made = now.rooms.corrections.operations
    operation = made.delete if said.none else made.amend
    given = operation.input.model_validate({**where, **_given(said, "value", "scale", "offset", "quality")})
    execute(operation, given, database=now.database, scope=OWN, reason=SCENARIO)


def _review(act: Act, said: ReviewEntry, now: Stage) -> None:
    at_us, rooms = act.from_us or 0, now.rooms
    with now.database.read() as reading:
        where = (reading, act.about_id, at_us - 1, at_us)
        jumps = [one for one in rooms.counting.jumps(*where, scope=OWN) if one.shown.counter == said.counter]
        entries = [one for one in rooms.holding.held(*where, scope=OWN) if one.verdict is None]
    wanted = {} if said.pieces is None else {"quantity" if said.counter else "good": said.pieces}
    found = jumps if said.counter else entries
    if not found:
        raise NotFoundError("nothing is held there then", code="nothing-held")
    named = {"held_id": jumps[0].held_id} if said.counter else {"entry_id": entries[0].entry_id}
    reviewing, holding = rooms.counting.reviewing, rooms.holding.reviewing
    yes, no = (reviewing.accept, reviewing.dismiss) if said.counter else (holding.release, holding.reject)
    operation: Operation[Any, Any] = no if said.pieces == 0 else yes
    given = named if said.pieces == 0 else {**named, **wanted}
    read = operation.input.model_validate(given)
    execute(operation, read, database=now.database, scope=OWN, reason=SCENARIO)


def _given(said: EditEntry | CountEntry | CorrectionEntry, *names: str) -> Mapping[str, Any]:
    """The fields that were written: one that is left out says nothing, an empty one takes away."""
    return {name: getattr(said, name) for name in names if name in said.model_fields_set}
