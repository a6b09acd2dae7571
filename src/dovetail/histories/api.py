"""The routes of imports of foreign histories: ask for one, or for what one would come to, and see what became of it."""

from __future__ import annotations

from dovetail.core.scope import Scope
from dovetail.histories.asked import HistoryOut
from dovetail.histories.service import CORRECT, HistoriesRoom
from dovetail.operations.http import Api, Page


def routes(api: Api, room: HistoriesRoom) -> None:
    """Declare them; how far one is says `/jobs/{id}`."""
    api.change("POST", "/history-imports", room.bring, status=202)

    @api.query("GET", "/history-imports", permission=CORRECT, summary="The imports of histories that the caller began")
    def get_imports(scope: Scope) -> Page[HistoryOut]:
        return Page(items=room.all(scope=scope))

    @api.query("GET", "/history-imports/{import_id}", permission=CORRECT, summary="One import, and what it came to")
    def get_import(import_id: str, scope: Scope) -> HistoryOut:
        return room.one(import_id, scope=scope)
