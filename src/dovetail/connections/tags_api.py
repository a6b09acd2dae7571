"""The signals of the plant as those see them who wire it: value, quality, both times, and where they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from pydantic import BaseModel

from dovetail.core import quality as q
from dovetail.core.batch import Value
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.equipment.model import PlantModel, Tag
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor

VIEW = "plant.view"


class LastSample(Protocol):
    """What is shown of a tag's newest sample; the historian's `Sample` has these."""

    @property
    def ts_us(self) -> int: ...
    @property
    def value(self) -> Value: ...
    @property
    def quality(self) -> int: ...
    @property
    def ts_device_us(self) -> int | None: ...


type Last = Callable[[list[int], Scope], Mapping[int, LastSample]]  # newest samples by tag id, from the historian


class NewestOut(BaseModel):
    """The newest sample of a tag."""

    value: float | int | bool | str | None
    ts: str
    quality: int
    quality_name: str
    ts_device: str | None


class SignalOut(BaseModel):
    """A tag, whose it is, where it is read, and its newest sample; internal tags have no connection."""

    id: int
    path: str
    property: str
    equipment_id: int
    kind: str
    unit: str | None
    connection: str | None
    address: str | None
    last: NewestOut | None


class WiringOut(SignalOut):
    """One tag in full: engineering value = raw · `scale` + `offset`; `mode` and `interval_ms` are its scan class's."""

    scale: float
    offset: float
    deadband: float
    scan: str
    mode: str | None
    interval_ms: int | None


def routes(api: Api, plant: Callable[[], PlantModel], last: Last) -> None:
    """Declare the routes of the tag table and the tag page."""

    @api.query("GET", "/tags", permission=VIEW, summary="Tags of the plant with their newest samples")
    def tags(  # pyright: ignore[reportUnusedFunction]
        scope: Scope,
        equipment: int | None = None,
        connection: str | None = None,
        cursor: str | None = None,
        limit: int = PAGE_MAX,
    ) -> Page[SignalOut]:
        """By path. `equipment`: of it and all that is below it; `connection`: read over it."""
        model = plant()
        if equipment is not None:
            scope.require(VIEW, equipment)
        below = None if equipment is None else model.subtree(equipment)
        after = decode_cursor(cursor)
        found = [
            tag
            for tag in _seen(model, scope)
            if (below is None or tag.equipment_id in below)
            and (connection is None or tag.connection == connection)
            and (after is None or tag.path > str(after[0]))
        ]
        size = max(1, min(limit, PAGE_MAX))
        page = sorted(found, key=lambda tag: tag.path)[:size]
        newest = last([tag.id for tag in page], scope) if page else {}
        return Page(
            items=[SignalOut.model_validate(_signal(tag, newest.get(tag.id))) for tag in page],
            next=encode_cursor(page[-1].path) if len(found) > size else None,
        )

    @api.query("GET", "/tags/{tag_id}", permission=VIEW, summary="One tag, and how it is read")
    def tag(tag_id: int, scope: Scope) -> WiringOut:  # pyright: ignore[reportUnusedFunction]
        """As the plant stands now."""
        model = plant()
        found = model.tags.get(tag_id)
        if found is None or found.equipment_id is None:
            raise NotFoundError("there is no such tag")
        scope.require(VIEW, found.equipment_id)
        scan = None if found.connection is None else model.scan_classes.get(found.scan)
        wiring = {
            "scale": found.scale,
            "offset": found.offset,
            "deadband": found.deadband,
            "scan": found.scan,
            "mode": None if scan is None else scan.mode,
            "interval_ms": None if scan is None else scan.interval_ms,
        }
        return WiringOut.model_validate(_signal(found, last([tag_id], scope).get(tag_id)) | wiring)


def _seen(model: PlantModel, scope: Scope) -> list[Tag]:
    """The tags of equipment that the caller sees; a connection's own tags belong to no equipment."""
    seen = scope.equipment(VIEW)
    return [
        tag
        for tag in model.tags.values()
        if tag.equipment_id is not None and (seen is None or tag.equipment_id in seen)
    ]


def _signal(tag: Tag, sample: LastSample | None) -> dict[str, object]:
    return {
        "id": tag.id,
        "path": tag.path,
        "property": tag.property,
        "equipment_id": tag.equipment_id,
        "kind": tag.kind.name.lower(),
        "unit": tag.unit,
        "connection": tag.connection,
        "address": tag.address,
        "last": None if sample is None else _newest(sample),
    }


def _newest(sample: LastSample) -> NewestOut:
    device_us, value = sample.ts_device_us, sample.value
    return NewestOut(
        value=value if isinstance(value, float | int | bool | str) else None,
        ts=to_rfc3339(sample.ts_us),
        quality=sample.quality,
        quality_name=q.name(sample.quality),
        ts_device=None if device_us is None else to_rfc3339(device_us),
    )
