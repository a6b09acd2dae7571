"""The routes of imports of foreign histories: ask for one, or for what one would come to, and see what became of it."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import Request, Response
from fastapi.responses import FileResponse, JSONResponse

from dovetail.core.scope import Scope
from dovetail.histories.asked import HistoryOut
from dovetail.histories.sent import SentFile
from dovetail.histories.service import CORRECT, HistoriesRoom
from dovetail.operations.http import Api, Page, current_scope

BLOCK: Final = 1_000_000  # bytes written at once


def routes(api: Api, room: HistoriesRoom) -> None:
    """Declare them; how far one is says `/jobs/{id}`."""
    api.change("POST", "/history-imports", room.bring, status=202)
    api.change("POST", "/history-imports/{import_id}/cancel", room.cancel)
    _sent_routes(api, room)

    @api.query("GET", "/history-imports", permission=CORRECT, summary="The imports of histories that the caller began")
    def get_imports(scope: Scope) -> Page[HistoryOut]:
        return Page(items=room.all(scope=scope))

    @api.query("GET", "/history-imports/{import_id}", permission=CORRECT, summary="One import, and what it came to")
    def get_import(import_id: str, scope: Scope) -> HistoryOut:
        return room.one(import_id, scope=scope)

    @api.query("GET", "/history-imports/{import_id}/refused", permission=CORRECT, summary="Rows that became no sample")
    def get_refused(import_id: str, scope: Scope) -> Response:
        """As CSV: line, series, code, reason."""
        found = room.one(import_id, scope=scope)
        place = room.refused(import_id, scope=scope)
        return FileResponse(place, media_type="text/csv; charset=utf-8", filename=f"{found.name}-refused.csv")


def _sent_routes(api: Api, room: HistoriesRoom) -> None:
    async def send(request: Request) -> Response:
        scope = current_scope(request)
        scope.require_somewhere(CORRECT)
        name = request.query_params.get("name", "history")
        coming = await asyncio.to_thread(room.sent.begin, name, scope=scope)
        try:
            waiting = bytearray()
            async for block in request.stream():
                waiting += block
                if len(waiting) >= BLOCK:
                    await asyncio.to_thread(coming.write, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(coming.write, bytes(waiting))
            whole = await asyncio.to_thread(coming.end)
        except BaseException:  # whatever it was: half a file is another history
            coming.drop()
            raise
        return JSONResponse(whole.model_dump(), status_code=202)

    api.receive(
        "POST", "/history-files", send, permission=CORRECT, streamed=("name",),
        summary="Send the file of a history, as it is or packed by gzip, to be imported",
    )  # fmt: skip

    api.change("POST", "/history-files/{file_id}/remove", room.discard)

    @api.query("GET", "/history-files", permission=CORRECT, summary="The files that the caller sent to be imported")
    def get_files(scope: Scope) -> Page[SentFile]:
        return Page(items=room.sent.mine(scope=scope))
