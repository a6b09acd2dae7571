"""Show the tree, its tags and their last values; check, compare, apply and hand back the plant code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from pydantic import BaseModel

from dovetail.core import quality as q
from dovetail.core.clock import from_rfc3339, to_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.equipment import store
from dovetail.equipment.model import Equipment, Tag
from dovetail.equipment.service import EquipmentRoom
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor
from dovetail.plantcode.plan import Plan
from dovetail.plantcode.report import Problem


class LastSample(Protocol):
    """What is shown of a tag's newest sample; the historian's `Sample` has these."""

    @property
    def ts_us(self) -> int: ...
    @property
    def value(self) -> object: ...
    @property
    def quality(self) -> int: ...
    @property
    def ts_device_us(self) -> int | None: ...


type Last = Callable[[list[int], Scope], Mapping[int, LastSample]]  # newest samples by tag id, from the historian


class EquipmentOut(BaseModel):
    """A node of the tree. `parent_id` is null where the caller does not see what is above."""

    id: int
    path: str
    name: str
    level: str
    parent_id: int | None
    class_name: str | None
    timezone: str
    calendar: str | None
    flow: tuple[str, ...]
    constraint: str | None
    outfeed: str | None
    line: str
    buffers: dict[str, dict[str, Any]]
    standard_rate_upm: float | None
    jobs_at_once: int
    by_hand: bool


class LastOut(BaseModel):
    """The newest sample of a tag."""

    value: float | int | bool | str | None
    ts: str
    quality: int
    quality_name: str
    ts_device: str | None


class TagOut(BaseModel):
    """A tag of an equipment with its newest sample; internal tags have no connection."""

    id: int
    path: str
    property: str
    kind: str
    unit: str | None
    connection: str | None
    address: str | None
    last: LastOut | None


class VersionOut(BaseModel):
    """One applied plant, without its files."""

    version: int
    applied_at: str
    valid_from: str
    digest: str
    summary: dict[str, dict[str, int]]
    actor_id: str
    actor_name: str


class ProblemOut(BaseModel):
    """One fault in the files."""

    file: str
    line: int
    col: int
    code: str
    message: str
    hint: str | None
    source_line: str


class StepOut(BaseModel):
    """One entry that would change; `fields` are (what, before, after)."""

    section: str
    act: str
    key: str
    old_key: str | None
    fields: list[tuple[str, str, str]]


class PlanRequest(BaseModel):
    """The files to compare with what holds at `valid_from` (default: now)."""

    documents: dict[str, str]
    valid_from: str | None = None


class PlanOut(BaseModel):
    """What an apply would do. With problems there is nothing to compare. `text` is for a terminal."""

    problems: list[ProblemOut]
    exit_code: int
    steps: list[StepOut] = []
    impact: list[str] = []
    text: str = ""


class ExportOut(BaseModel):
    """The files of one version, word for word."""

    version: VersionOut
    documents: dict[str, str]


def routes(api: Api, service: EquipmentRoom, *, last: Last | None = None) -> None:
    """Declare this room's routes. `last` gives newest samples; without it tags are shown without."""
    _tree_routes(api, service, last)
    _plant_routes(api, service)
    api.change("POST", "/plant/apply", service.apply_operation)
    api.change("POST", "/plant/rollback", service.rollback_operation)


def _tree_routes(api: Api, service: EquipmentRoom, last: Last | None) -> None:
    @api.query("GET", "/equipment", permission="plant.view", summary="The equipment tree")
    def equipment(scope: Scope, cursor: str | None = None, limit: int = PAGE_MAX) -> Page[EquipmentOut]:
        """Every equipment the caller sees, by path."""
        plant = service.plant()
        seen = scope.equipment("plant.view")
        nodes = sorted(
            (node for node in plant.equipment.values() if seen is None or node.id in seen), key=lambda node: node.path
        )
        after = decode_cursor(cursor, str)
        if after:
            nodes = [node for node in nodes if node.path > after[0]]
        size = max(1, min(limit, PAGE_MAX))
        page, more = nodes[:size], len(nodes) > size
        return Page(
            items=[_equipment_out(node, scope) for node in page],
            next=encode_cursor(page[-1].path) if more else None,
        )

    @api.query("GET", "/equipment/{equipment_id}", permission="plant.view", summary="One equipment")
    def one(equipment_id: int, scope: Scope) -> EquipmentOut:
        """The node as the plant stands now."""
        scope.require("plant.view", equipment_id)
        return _equipment_out(service.plant().get(equipment_id), scope)

    @api.query("GET", "/equipment/{equipment_id}/tags", permission="plant.view", summary="Tags of an equipment")
    def tags(equipment_id: int, scope: Scope) -> Page[TagOut]:
        """Its own tags with their newest samples."""
        scope.require("plant.view", equipment_id)
        plant = service.plant()
        plant.get(equipment_id)
        own = sorted(plant.tags_of(equipment_id).values(), key=lambda tag: tag.property)
        newest = last([tag.id for tag in own], scope) if last is not None and own else {}
        return Page(items=[_tag_out(tag, newest.get(tag.id)) for tag in own])


def _plant_routes(api: Api, service: EquipmentRoom) -> None:
    @api.query("GET", "/plant/versions", permission="plant.edit", summary="Applied plants")
    def versions(scope: Scope, cursor: str | None = None, limit: int = 100) -> Page[VersionOut]:
        """Newest first."""
        after = decode_cursor(cursor, int)
        size = max(1, min(limit, PAGE_MAX))
        found = service.versions(scope=scope, before=after[0] if after else None, limit=size + 1)
        page, more = found[:size], len(found) > size
        return Page(
            items=[_version_out(version) for version in page],
            next=encode_cursor(page[-1].version) if more else None,
        )

    @api.query("POST", "/plant/plan", permission="plant.edit", summary="What an apply would change")
    def plan(body: PlanRequest, scope: Scope) -> PlanOut:
        """Changes nothing. Faulty files answer with their problems."""
        scope.require("plant.edit", None)
        documents = {name: text.encode("utf-8", "surrogatepass") for name, text in body.documents.items()}
        _plant, report = service.check(documents)
        if not report.ok:
            return PlanOut(problems=[_problem_out(one) for one in report.problems], exit_code=1, text=str(report))
        moment = None if body.valid_from is None else from_rfc3339(body.valid_from)
        return _plan_out(service.plan(documents, scope=scope, valid_from_us=moment))

    @api.query("GET", "/plant/export", permission="plant.edit", summary="The files of a plant version")
    def export(scope: Scope, version: int | None = None) -> ExportOut:
        """The newest version, or the one asked for."""
        if version is not None and not 1 <= version < 1 << 31:
            raise InvalidError("versions count from 1", pointer="/version", code="plant-version")
        found, documents = service.export(scope=scope, version=version)
        return ExportOut(version=_version_out(found), documents=documents)


def _equipment_out(node: Equipment, scope: Scope) -> EquipmentOut:
    seen = node.parent_id if node.parent_id is not None and scope.sees("plant.view", node.parent_id) else None
    return EquipmentOut(**{name: getattr(node, name) for name in EquipmentOut.model_fields} | {"parent_id": seen})


def _tag_out(tag: Tag, sample: LastSample | None) -> TagOut:
    return TagOut(
        id=tag.id, path=tag.path, property=tag.property, kind=tag.kind.name.lower(), unit=tag.unit,
        connection=tag.connection, address=tag.address, last=None if sample is None else _last_out(sample),
    )  # fmt: skip


def _last_out(sample: LastSample) -> LastOut:
    device_us = sample.ts_device_us
    value = sample.value
    return LastOut(
        value=value if isinstance(value, float | int | bool | str) else None,
        ts=to_rfc3339(sample.ts_us),
        quality=sample.quality,
        quality_name=q.name(sample.quality),
        ts_device=None if device_us is None else to_rfc3339(device_us),
    )


def _version_out(version: store.Version) -> VersionOut:
    return VersionOut(
        version=version.version,
        applied_at=to_rfc3339(version.at_us),
        valid_from=to_rfc3339(version.valid_from_us),
        digest=version.digest,
        summary={key: dict(counts) for key, counts in version.summary.items()},
        actor_id=version.actor_id,
        actor_name=version.actor_name,
    )


def _problem_out(problem: Problem) -> ProblemOut:
    place = problem.place
    return ProblemOut(
        file=place.file,
        line=place.line,
        col=place.col,
        code=problem.code,
        message=problem.message,
        hint=problem.hint,
        source_line=problem.source_line,
    )


def _plan_out(plan: Plan) -> PlanOut:
    steps = [
        StepOut(section=step.section, act=step.act, key=step.key, old_key=step.old_key, fields=list(step.fields))
        for step in plan.steps
    ]
    return PlanOut(problems=[], exit_code=plan.exit_code, steps=steps, impact=list(plan.impact), text=str(plan))
