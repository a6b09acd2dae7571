"""Copies of an installation over the API: begin one, list those there are, look whether they are unharmed."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from dovetail.backups.backup import Backups
from dovetail.backups.proven import BackupStatus
from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page
from dovetail.repository.place import Snapshot
from dovetail.upkeep.manifest import Manifest
from dovetail.upkeep.proofs import Proof

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
    proven: str | None  # when it was last restored and compared, if it is the newest that was


def routes(api: Api, backups: Backups) -> None:
    """Declare them."""
    api.change("POST", "/backups", backups.make, status=202)
    api.change("POST", "/backups/check", backups.check, status=202)
    api.change("POST", "/backups/proofs", backups.proofs.record, status=201)

    @api.query(
        "GET", "/backups/status", permission=MANAGE, summary="The last backup and proof, and when the next are due"
    )
    def get_status(scope: Scope) -> BackupStatus:
        scope.require(MANAGE, None)
        return backups.proofs.status()

    @api.query("GET", "/backups", permission=MANAGE, summary="The backups in the server's folder, newest first")
    def get_backups(scope: Scope) -> Page[BackupView]:
        scope.require(MANAGE, None)
        return Page(
            items=[_view(place, found, backups.proofs.of(found.id)) for place, found in reversed(backups.listed())]
        )


def _view(place: Path, found: Manifest | Snapshot, proof: Proof | None) -> BackupView:
    rows = found.rows if isinstance(found, Manifest) else None
    return BackupView(
        id=found.id,
        folder=str(place),
        made=found.made_at,
        version=found.version,
        bytes=found.bytes,
        rows=rows,
        encrypted=rows is None,
        proven=None if proof is None else to_rfc3339(proof.at_us),
    )
