"""Copies of an installation over the API: begin one, list those there are, look whether they are unharmed."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from dovetail.backups.backup import Backups
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page
from dovetail.repository.place import Snapshot
from dovetail.upkeep.manifest import Manifest

MANAGE = "system.manage"


class BackupView(BaseModel):
    """A whole backup in the server's own folder. Of an encrypted one the server cannot tell the rows."""

    id: str
    folder: str
    made: str
    version: str
    bytes: int
    rows: int | None
    encrypted: bool


def routes(api: Api, backups: Backups) -> None:
    """Declare them."""
    api.change("POST", "/backups", backups.make, status=202)
    api.change("POST", "/backups/check", backups.check, status=202)

    @api.query("GET", "/backups", permission=MANAGE, summary="The backups in the server's folder, newest first")
    def get_backups(scope: Scope) -> Page[BackupView]:
        scope.require(MANAGE, None)
        return Page(items=[_view(place, found) for place, found in reversed(backups.listed())])


def _view(place: Path, found: Manifest | Snapshot) -> BackupView:
    rows = found.rows if isinstance(found, Manifest) else None
    return BackupView(
        id=found.id,
        folder=str(place),
        made=found.made_at,
        version=found.version,
        bytes=found.bytes,
        rows=rows,
        encrypted=rows is None,
    )
