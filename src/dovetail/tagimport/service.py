"""Bring in a list of tags: looked at as often as one likes, then one audited apply, and one undo takes all of it away.

The list becomes plant code through the same checks as code written by hand. A row that cannot become a tag stops the
import until somebody says that such rows are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dovetail.core import plugins
from dovetail.core.errors import InvalidError
from dovetail.core.scope import Scope
from dovetail.drivers.base import PACKAGE, DriverSpec
from dovetail.equipment.entries import ConnectionEntry, EquipmentEntry
from dovetail.equipment.model import Tag
from dovetail.equipment.service import ApplyPlant
from dovetail.onboarding.schema import TakeBack
from dovetail.onboarding.service import Onboarding, entry_of
from dovetail.operations.operation import Call, Operation, Undo
from dovetail.plantcode import edit
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Problem
from dovetail.tagimport.model import WRITES, Facts, Standing, Verdict, judge, scan_name
from dovetail.tagimport.schema import ImportTags, TagsImported
from dovetail.taglists.reading import read
from dovetail.tagwords.model import Row, TagList

EDIT: Final = "plant.edit"
_USUAL: Final = {"unit": None, "scale": 1.0, "offset": 0.0, "deadband": 0.0, "scan": "default"}
_DEFAULT_SCAN: Final = ("subscribe", 250)


@dataclass(frozen=True, slots=True)
class Considered:
    """What an import would come to. `problems` are the plant's as a whole; with them, nothing can be applied."""

    version: int
    driver: str
    found: TagList
    verdicts: Sequence[Verdict]
    before: Mapping[str, str]
    after: Mapping[str, str]
    problems: Sequence[Problem]

    def count(self, *outcomes: str) -> int:
        """How many rows have one of these outcomes."""
        return sum(one.outcome in outcomes for one in self.verdicts)


class TagImport:
    """The import and the export of a connection's tags."""

    def __init__(self, onboarding: Onboarding) -> None:
        self.onboarding = onboarding
        self.equipment = onboarding.equipment
        self.bring_in = Operation(
            name="tags.import",
            summary="Bring in a list of tags",
            permission=EDIT,
            input=ImportTags,
            output=TagsImported,
            handler=self._import,
            reason="optional",
            undo=_undo,
        )

    def consider(self, given: ImportTags, *, scope: Scope) -> Considered:
        """Everything about an import but the import. Raises NotFoundError, ConflictError and InvalidError."""
        scope.require(EDIT, None)
        version, documents, plant = self.onboarding.standing(seen=given.seen)
        entry = entry_of(plant, given.connection)
        if given.scan is not None and given.scan not in plant.names("scan_classes") | {"default"}:
            raise InvalidError(f"there is no scan class {given.scan}", pointer="/scan", code="scan-class")
        found = read(given.data(), columns=given.columns, device=given.device)
        verdicts = judge(found.rows, self._facts(given.connection, entry, plant), given.choices())
        after = _written(documents, verdicts)
        problems: Sequence[Problem] = ()
        if after != documents:
            _, report = self.equipment.check({name: text.encode() for name, text in after.items()})
            problems = report.problems
        return Considered(version, entry.driver, found, verdicts, documents, after, problems)

    def rows(self, connection: str, *, scope: Scope) -> list[Row]:
        """A connection's tags as rows of a list. Raises NotFoundError."""
        scope.require(EDIT, None)
        self.onboarding.entry(connection)
        model = self.equipment.plant()
        scans = {name: (scan.mode, scan.interval_ms) for name, scan in model.scan_classes.items()}
        tags = sorted((tag for tag in model.tags_on(connection) if tag.equipment_id), key=lambda tag: tag.path)
        return [_row(at, tag, scans) for at, tag in enumerate(tags, start=2)]

    def _facts(self, connection: str, entry: ConnectionEntry, plant: Plant) -> Facts:
        spec: DriverSpec = plugins.load(PACKAGE, entry.driver)
        nodes = plant.entries("equipment", EquipmentEntry)
        own = {f"{path}.{name}" for path, node in nodes.items() for name, tag in node.tags.items() if tag is not None}
        tags = [tag for tag in self.equipment.plant().tags.values() if tag.equipment_id is not None]
        scans = {(one.mode, one.interval_ms): name for name, one in self.equipment.plant().scan_classes.items()}
        return Facts(
            connection=connection,
            driver=entry.driver,
            accept=spec.accept,
            listens=spec.listens,
            equipment=frozenset(nodes),
            tags={tag.path: Standing(tag.path, _said(tag), tag.path in own) for tag in tags},
            readers={tag.address: tag.path for tag in tags if tag.connection == connection and tag.address},
            scans={_DEFAULT_SCAN: "default", **scans},
        )

    def _import(self, call: Call, given: ImportTags) -> TagsImported:
        _ = call.uow.known  # from here on nobody else changes the plant
        found = self.consider(given, scope=call.scope)
        faulty = next((one for one in found.verdicts if one.outcome == "fault"), None)
        if faulty is not None and given.faulty == "refuse":
            what = f"row {faulty.row.line}: {faulty.faults[0].message}"
            hint = f"{found.count('fault')} rows cannot become tags: mend them, or say that they are left out"
            raise InvalidError(what, pointer="/content", code="tag-list-faults", hint=hint)
        for problem in found.problems[:1]:
            raise InvalidError(problem.message, pointer="/content", code=problem.code, hint=problem.hint)
        written = found.count(*WRITES)
        if not written:
            raise InvalidError("nothing of this list would change anything", pointer="/content", code="tag-list-same")
        applied = self.equipment.apply_operation.handler(call, ApplyPlant(documents=dict(found.after)))
        return TagsImported(
            connection=given.connection,
            version=applied.version,
            previous=found.version,
            added=found.count("new"),
            changed=found.count("change"),
            left_out=len(found.verdicts) - written - found.count("same"),
        )


def _undo(_: ImportTags, out: TagsImported) -> Undo | None:
    """Back to the version before, as long as nothing came after."""
    return Undo("connection.take_back", TakeBack(to=out.previous, over=out.version))


def _written(documents: Mapping[str, str], verdicts: Sequence[Verdict]) -> dict[str, str]:
    """The files with the tags that come and change, and the scan classes they need."""
    by_equipment: dict[str, dict[str, Verdict]] = defaultdict(dict)
    scans: dict[str, dict[str, Any]] = {}
    for one in verdicts:
        if one.outcome in WRITES:
            by_equipment[one.equipment][one.property] = one
            if one.scan is not None:
                scans[scan_name(one.scan)] = {"mode": one.scan[0], "interval_ms": one.scan[1]}
    files = edit.put_all(documents, ("scan_classes",), scans, {})
    for path, tags in by_equipment.items():
        notes = {name: one.row.description for name, one in tags.items()}
        files = edit.put_all(files, ("equipment", path, "tags"), {name: one.tag for name, one in tags.items()}, notes)
    return files


def _said(tag: Tag) -> dict[str, Any]:
    """A tag of the plant in the words of plant code, without what is usual."""
    said: dict[str, Any] = {"connection": tag.connection, "address": tag.address, "kind": tag.kind.name.lower()}
    if tag.expression is not None:
        said["expression"] = tag.expression
    if tag.figure is not None:
        said["figure"] = tag.figure
    for name, usual in _USUAL.items():
        value = getattr(tag, name)
        if value != usual:
            said[name] = value
    return said


def _row(at: int, tag: Tag, scans: Mapping[str, tuple[str, int]]) -> Row:
    mode, interval_ms = scans.get(tag.scan, (None, None)) if tag.scan != "default" else (None, None)
    return Row(
        at,
        tag.property,
        tag.address or "",
        type=tag.kind.name.lower(),
        unit=tag.unit,
        scale=tag.scale,
        offset=tag.offset,
        deadband=tag.deadband,
        mode="poll" if mode == "poll" else "subscribe" if mode == "subscribe" else None,
        interval_ms=interval_ms,
        equipment=tag.path.removesuffix(f".{tag.property}"),
    )
