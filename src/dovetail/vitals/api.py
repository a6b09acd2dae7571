"""What ails the installation, and its numbers, over the API: for `dovetail doctor` and for a monitoring system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel
from starlette.responses import Response

from dovetail.core.scope import Scope
from dovetail.operations.http import Api
from dovetail.vitals import doctor, metrics
from dovetail.vitals.facts import Facts
from dovetail.vitals.metrics import HttpMeter

MANAGE = "system.manage"
METRICS = "metrics.read"


class FindingView(BaseModel):
    """One thing the doctor looked at."""

    id: str
    verdict: str
    says: str
    who: str
    how: str


class DiskView(BaseModel):
    """The disk under the data folder, in bytes; `days` it lasts at the present rate of samples, null: not known."""

    free: int
    total: int
    ballast: bool
    days: float | None


class Diagnosis(BaseModel):
    """All of them. `worst`: 0 all is well, 1 something to look at, 2 something is ill."""

    worst: int
    findings: list[FindingView]
    disk: DiskView


def diagnosis(facts: Facts, *, hardening: bool) -> Diagnosis:
    """What the doctor says of these facts."""
    found = doctor.examine(facts, hardening=hardening)
    views = [FindingView(id=one.id, verdict=one.verdict, says=one.says, who=one.who, how=one.how) for one in found]
    disk = facts.disk
    shown = DiskView(free=disk.free, total=disk.total, ballast=disk.ballast > 0, days=facts.days_left)
    return Diagnosis(worst=doctor.worst(found), findings=views, disk=shown)


type Look = Callable[[Literal["whole", "quick"]], Facts]


def routes(api: Api, *, look: Look, meter: HttpMeter) -> None:
    """Declare them."""

    @api.query("GET", "/doctor", permission=MANAGE, summary="What ails the installation, and who can mend it")
    def get_doctor(scope: Scope, hardening: bool = False) -> Diagnosis:
        scope.require(MANAGE, None)
        return diagnosis(look("whole"), hardening=hardening)

    @api.query("GET", "/metrics", permission=METRICS, summary="Numbers for a monitoring system, Prometheus' text form")
    def get_metrics(scope: Scope) -> Response:
        scope.require(METRICS, None)
        return Response(metrics.render(metrics.families(look("quick"), meter)), media_type=metrics.CONTENT_TYPE)
