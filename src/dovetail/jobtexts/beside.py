"""How many jobs may run on a machine beside each other, and what each then has of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dovetail.core.errors import ConflictError, InvalidError
from dovetail.core.shares import SHARE_PPM
from dovetail.equipment.model import Equipment


class Running(Protocol):
    """A job response, as far as those beside it look at it."""

    @property
    def t0_us(self) -> int: ...
    @property
    def share_ppm(self) -> int | None: ...
    def runs_at(self, at_us: int) -> bool: ...


def require_room(node: Equipment, others: Sequence[Running], share_ppm: int | None, t0_us: int) -> None:
    """At every moment from `t0_us` on the machine takes one more job, and the shares leave something for each.

    Raises ConflictError where plant code does not allow so many, InvalidError where a share is too large.
    """
    for at_us in {t0_us, *(job.t0_us for job in others if job.t0_us > t0_us)}:
        ppm = [share_ppm, *(job.share_ppm for job in others if job.runs_at(at_us))]
        given, rest, most = sum(one or 0 for one in ppm), None in ppm, node.jobs_at_once
        if len(ppm) > most:
            raise ConflictError(
                f"{node.name} runs {'one job' if most == 1 else f'{most} jobs'} at a time, and so many run already",
                code="jobs-at-once",
                hint=f"end one first; if the machine can run more beside each other, whoever keeps the plant code says "
                f"`job: {{at_once: {most + 1}}}` at {node.path}",
            )
        if len(ppm) > 1 and (given > SHARE_PPM or (given == SHARE_PPM and rest)):
            message = f"the jobs beside it have {given - (share_ppm or 0)} of {SHARE_PPM} ppm"
            raise InvalidError(message, pointer="/share_ppm", code="job-share", hint="give it a smaller share")
