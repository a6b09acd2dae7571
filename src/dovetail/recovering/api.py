"""The routes by which the command line fills holes of samples from a backup: what would come back, and to do it."""

from __future__ import annotations

from dovetail.core.scope import Scope
from dovetail.operations.http import Api
from dovetail.recovering.service import DoneView, PlanView, Recovery
from dovetail.recovering.tidying import SpoiltView

MANAGE = "system.manage"


def routes(api: Api, recovery: Recovery) -> None:
    """Declare them."""
    api.change("POST", "/samples/damaged/tidy", recovery.tidying.tidy)

    @api.query("GET", "/samples/damaged/kept", permission=MANAGE, summary="Spoilt files that are kept as they lay")
    def get_kept(scope: Scope) -> list[SpoiltView]:
        return recovery.tidying.view(scope)

    api.change("POST", "/samples/damaged/recover", recovery.recover, status=202)

    @api.query("GET", "/samples/damaged/recovery", permission=MANAGE, summary="What a folder holds of spoilt samples")
    def get_recovery(scope: Scope, folder: str) -> PlanView:
        scope.require(MANAGE, None)
        return recovery.plan(folder, scope)

    @api.query("GET", "/samples/damaged/recover/{job_id}", permission=MANAGE, summary="What came back of it")
    def get_recovered(job_id: str, scope: Scope) -> DoneView:
        scope.require(MANAGE, None)
        return recovery.done(job_id, scope)
