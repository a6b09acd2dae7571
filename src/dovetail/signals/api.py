"""The signals of the plant as those see them who wire it: found among many; one in full, with what it is used for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.drivers.base import Point
from dovetail.drivers.values import to_raw
from dovetail.equipment.model import Equipment, Tag
from dovetail.historian.model import Sample
from dovetail.operations.http import Api, decode_cursor, encode_cursor
from dovetail.signals.model import Asked, Grade, Sort
from dovetail.signals.service import VIEW, SignalsRoom, Used
from dovetail.tracks.columns import STATUS_WORDS

FIND_MAX: Final = 200  # characters: longer than any path
KINDS: Final = {kind.name.lower(): kind for kind in Kind}


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


class SignalsOut(BaseModel):
    """A stretch of the tags found; `total` fit, of `all` that the equipment has. Give `next` back as `cursor`."""

    items: list[SignalOut]
    total: int
    all: int
    next: str | None


class NodeOut(BaseModel):
    """An equipment that follows from a tag."""

    id: int
    path: str
    name: str


class UsedOut(BaseModel):
    """One thing that the tag is read for, where, and whose figures follow from it; `counter` says which pieces."""

    use: str
    counter: str | None
    equipment: NodeOut
    figures: list[NodeOut]


class NativeOut(BaseModel):
    """The status that the protocol itself gave the newest sample, and its words where the driver has some."""

    code: int
    words: str | None


class FollowsOut(BaseModel):
    """A tag from which another is computed, by the name it has there; `id` is null where it is out of sight."""

    name: str
    path: str
    id: int | None


class WiringOut(SignalOut):
    """One tag in full: engineering value = raw · `scale` + `offset`; `mode` and `interval_ms` are its scan class's.

    `raw` is the newest value before scaling; null for texts and where there is no value. `native` null: the protocol
    said nothing about the newest sample. A computed tag has an `expression`; `inputs` are the tags it names.
    """

    scale: float
    offset: float
    deadband: float
    scan: str
    mode: str | None
    interval_ms: int | None
    driver: str | None
    raw: float | int | bool | None
    native: NativeOut | None
    used_for: list[UsedOut]
    expression: str | None
    figure: str | None
    inputs: list[FollowsOut]
    computed_from_it: list[FollowsOut]


class Asking(BaseModel):
    """What the tag table asks; `find` are parts of path or address.

    `skip` begins anywhere, the cursor where a page ended.
    """

    equipment: int | None = Field(default=None, description="of it and of all that is below it")
    connection: str | None = Field(default=None, description="read over it; `-`: over none")
    find: str = Field(default="", max_length=FIND_MAX)
    quality: Grade | None = None
    kind: Literal["f64", "i64", "u64", "bool", "str", "json"] | None = None
    sort: Sort = "equipment"
    down: bool = False
    skip: int = Field(default=0, ge=0)
    cursor: str | None = None
    limit: int = PAGE_MAX

    def asked(self) -> Asked:
        """In the room's words."""
        kind = None if self.kind is None else KINDS[self.kind]
        return Asked(self.equipment, self.connection, self.find, self.quality, kind, self.sort, self.down)

    def first(self) -> int:
        """The place of the first tag asked for. Raises InvalidError for a cursor of another list."""
        (place,) = decode_cursor(self.cursor, int) or (self.skip,)
        return place


def answer(room: SignalsRoom, asking: Asking, *, scope: Scope) -> SignalsOut:
    """The stretch asked for, as it is told."""
    first, size = asking.first(), max(1, min(asking.limit, PAGE_MAX))
    found = room.find(asking.asked(), scope=scope, skip=first, limit=size)
    end = first + len(found.tags)
    return SignalsOut(
        items=[SignalOut.model_validate(_signal(tag, found.newest.get(tag.id))) for tag in found.tags],
        total=found.total,
        all=found.all,
        next=encode_cursor(end) if end < found.total else None,
    )


def routes(api: Api, room: SignalsRoom) -> None:
    """Declare the routes of the tag table and the tag page."""

    @api.query("GET", "/tags", permission=VIEW, summary="Find tags, each with its newest sample")
    def tags(asking: Annotated[Asking, Query()], scope: Scope) -> SignalsOut:
        """By equipment, or in the order asked for."""
        return answer(room, asking, scope=scope)

    @api.query("GET", "/tags/{tag_id}", permission=VIEW, summary="One tag: how it is read, and what for")
    def tag(tag_id: int, scope: Scope) -> WiringOut:
        """As the plant stands now."""
        found, sample = room.one(tag_id, scope=scope)
        uses = [_used(used) for used in room.used_for(found, scope=scope)]
        parts = _signal(found, sample) | _wiring(room, found) | _status(room, found, sample) | {"used_for": uses}
        return WiringOut.model_validate(parts | _computed(room, found, scope))


def _signal(tag: Tag, sample: Sample | None) -> dict[str, object]:
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


def _wiring(room: SignalsRoom, tag: Tag) -> dict[str, object]:
    plant = room.plant()
    scan = None if tag.connection is None else plant.scan_classes.get(tag.scan)
    connection = None if tag.connection is None else plant.connections.get(tag.connection)
    return {
        "scale": tag.scale,
        "offset": tag.offset,
        "deadband": tag.deadband,
        "scan": tag.scan,
        "mode": None if scan is None else scan.mode,
        "interval_ms": None if scan is None else scan.interval_ms,
        "driver": None if connection is None else connection.driver,
    }


def _computed(room: SignalsRoom, tag: Tag, scope: Scope) -> dict[str, object]:
    def follows(named: Iterable[tuple[str, Tag]]) -> list[FollowsOut]:
        seen = [(name, one, scope.sees(VIEW, one.equipment_id or 0)) for name, one in named]
        return [FollowsOut(name=name, path=one.path, id=one.id if ok else None) for name, one, ok in seen]

    return {
        "expression": tag.expression,
        "figure": tag.figure,
        "inputs": follows(room.inputs_of(tag).items()),
        "computed_from_it": follows((one.property, one) for one in room.computed_from(tag)),
    }


def _status(room: SignalsRoom, tag: Tag, sample: Sample | None) -> dict[str, object]:
    native = 0 if sample is None else sample.native
    if sample is not None and tag.expression is not None and native:
        return {"raw": None, "native": NativeOut(code=native, words=STATUS_WORDS.get(native))}
    if sample is None or tag.connection is None:
        return {"raw": None, "native": None}
    point = Point(tag.id, tag.address or "", tag.kind, tag.scale, tag.offset)
    raw = to_raw(point, sample.value)
    return {
        "raw": None if isinstance(raw, str) else raw,
        "native": NativeOut(code=native, words=room.native_words(tag, native)) if native else None,
    }


def _newest(sample: Sample) -> NewestOut:
    device_us = sample.ts_device_us
    return NewestOut(
        value=sample.value,
        ts=to_rfc3339(sample.ts_us),
        quality=sample.quality,
        quality_name=q.name(sample.quality),
        ts_device=None if device_us is None else to_rfc3339(device_us),
    )


def _used(used: Used) -> UsedOut:
    return UsedOut(
        use=used.purpose.use,
        counter=used.purpose.counter,
        equipment=_node(used.equipment),
        figures=[_node(node) for node in used.figures],
    )


def _node(node: Equipment) -> NodeOut:
    return NodeOut(id=node.id, path=node.path, name=node.name)
