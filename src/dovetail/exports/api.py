"""The routes of exports: ask for one, see how far it is, fetch the file, remove it."""

from __future__ import annotations

from pydantic import BaseModel
from starlette.responses import FileResponse, Response

from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.exports.model import MEDIA, Export, Format, Shape, State
from dovetail.exports.service import ExportsRoom
from dovetail.gone.told import TagWentOut, went_said
from dovetail.historian.service import VIEW
from dovetail.operations.http import Api, Page
from dovetail.recaps.model import Over


class ExportOut(BaseModel):
    """An export; how far it is says `/jobs/{id}`. `detail` says why there is no file, and who can mend it.

    `aggregates`: it holds these sums instead of samples, `over` jobs, lots, shifts or stops, or interval by interval.
    `as_of`: corrections of samples after this `known` do not count in it; null: all known when it was written do.
    `dropped`: what of its time had gone by a retention rule, tag by tag; there is nothing of it in the file.
    """

    id: str
    name: str
    state: State
    format: Format
    shape: Shape
    aggregates: list[str]
    over: Over | None
    tags: list[str]
    start: str
    end: str
    as_of: int | None
    dropped: list[TagWentOut]
    begun: str
    kept_until: str
    rows: int
    bytes: int
    detail: str


def routes(api: Api, room: ExportsRoom) -> None:
    """Declare them."""
    api.change("POST", "/exports", room.ask, status=202)
    api.change("POST", "/exports/{export_id}/remove", room.remove)

    @api.query("GET", "/exports", permission=VIEW, summary="The exports that the caller asked for, newest first")
    def get_exports(scope: Scope) -> Page[ExportOut]:
        return Page(items=[_out(one) for one in room.mine(scope=scope)])

    @api.query("GET", "/exports/{export_id}", permission=VIEW, summary="One export")
    def get_export(export_id: str, scope: Scope) -> ExportOut:
        return _out(room.one(export_id, scope=scope))

    @api.query("GET", "/exports/{export_id}/file", permission=VIEW, summary="The file of an export, once it is done")
    def get_file(export_id: str, scope: Scope) -> Response:
        found, path = room.file(export_id, scope=scope)
        return FileResponse(path, media_type=MEDIA[found.wanted.format], filename=found.wanted.file_name())


def _out(one: Export) -> ExportOut:
    over = one.wanted.over
    return ExportOut(
        id=one.id,
        name=one.wanted.file_name(),
        state=one.state,
        format=one.wanted.format,
        shape=one.wanted.shape,
        aggregates=[] if over is None else list(over.names),
        over=None if over is None or over.occasions is None else over.occasions[0],
        tags=[tag.path for tag in one.wanted.tags],
        start=to_rfc3339(one.wanted.from_us),
        end=to_rfc3339(one.wanted.to_us),
        as_of=one.wanted.as_of,
        dropped=[TagWentOut.model_validate(went_said(tag, went)) for tag, went in one.wanted.missing],
        begun=to_rfc3339(one.begun_us),
        kept_until=to_rfc3339(one.until_us),
        rows=one.rows,
        bytes=one.bytes,
        detail=one.detail,
    )
