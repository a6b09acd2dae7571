"""The routes of corrections: what was corrected of a tag, by whom and why; to correct, and to take back."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from dovetail.core.limits import CORRECTIONS_SHOWN_MAX
from dovetail.core.scope import Scope
from dovetail.corrections.preview import AskedPreview, PreviewOut
from dovetail.corrections.service import VIEW, CorrectionsRoom
from dovetail.corrections.shown import CorrectionOut
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor


def routes(api: Api, room: CorrectionsRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/tags/{tag_id}/corrections", permission=VIEW, summary="What was corrected of a tag, all of it")
    def corrections(tag_id: int, scope: Scope, cursor: str | None = None) -> Page[CorrectionOut]:
        """Those taken back too, the newest first."""
        before = decode_cursor(cursor, int)
        limit = CORRECTIONS_SHOWN_MAX
        found = room.shown(tag_id, before=None if before is None else before[0], limit=limit + 1, scope=scope)
        return Page(items=found[:limit], next=encode_cursor(found[limit - 1].id) if len(found) > limit else None)

    @api.query("GET", "/corrections/{correction_id}", permission=VIEW, summary="One correction of samples")
    def correction(correction_id: int, scope: Scope) -> CorrectionOut:
        """With how many samples have come since for the time it speaks of."""
        return room.one(correction_id, scope=scope)

    @api.query(
        "GET", "/tags/{tag_id}/samples/preview", permission=VIEW, summary="What a correction of samples would do"
    )
    def preview(tag_id: int, asked: Annotated[AskedPreview, Query()], scope: Scope) -> PreviewOut:
        """Refused as the correction itself would be; nothing is kept."""
        return room.preview(tag_id, asked, scope=scope)

    operations = room.operations
    api.change("POST", "/tags/{tag_id}/samples/amend", operations.amend)
    api.change("POST", "/tags/{tag_id}/samples/delete", operations.delete)
    api.change("POST", "/tags/{tag_id}/samples/insert", operations.insert)
    api.change("POST", "/corrections/{correction_id}/undo", operations.undo)
