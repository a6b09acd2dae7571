"""Looking after an installation over the API: begin a backup, list those there are."""

from __future__ import annotations

from pydantic import BaseModel

from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page
from dovetail.upkeep.backup import Backups

MANAGE = "system.manage"


class BackupView(BaseModel):
    """A whole backup in the server's own folder."""

    folder: str
    made: str
    version: str
    bytes: int
    rows: int


def routes(api: Api, backups: Backups) -> None:
    """Declare them."""
    api.change("POST", "/backups", backups.make, status=202)

    @api.query("GET", "/backups", permission=MANAGE, summary="The backups in the server's folder, newest first")
    def get_backups(scope: Scope) -> Page[BackupView]:
        scope.require(MANAGE, None)
        return Page(
            items=[
                BackupView(
                    folder=str(place), made=found.made_at, version=found.version, bytes=found.bytes, rows=found.rows
                )
                for place, found in reversed(backups.listed())
            ]
        )
