"""A code that was scanned at a machine, and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from dovetail.core.clock import SECOND_US

type Outcome = Literal["started", "ended", "repeated", "unknown", "refused", "held"]

DID: Final = ("started", "ended")
AGAIN_US: Final = 10 * SECOND_US  # so soon nobody ends what they have begun: the same scan was read twice


class Job(Protocol):
    """A job response, as far as a scan looks at it."""

    @property
    def id(self) -> str: ...
    @property
    def run_id(self) -> str: ...
    @property
    def product(self) -> str: ...
    @property
    def job_order(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Scan:
    """A code as it was read at a machine; `run_id` is what it began or ended.

    `message` and `hint`: why nothing did, and the way on.
    """

    scan_id: int
    equipment_id: int
    code: str
    outcome: Outcome
    message: str | None
    hint: str | None
    run_id: str | None
    by_id: str
    by_name: str
    at_us: int


def running_of[J: Job](code: str, running: Sequence[J]) -> J | None:
    """The job that a code names among those that run: its order, else its product where it has no order."""
    orders = (job for job in running if job.job_order == code)
    products = (job for job in running if job.job_order is None and job.product == code)
    return next(orders, None) or next(products, None)


def is_again(last: Scan, code: str, at_us: int, running: Sequence[Job]) -> bool:
    """Whether the scan before it was this very one, and what it did still stands: after an undo it is a new one."""
    if last.code != code or abs(at_us - last.at_us) >= AGAIN_US or last.outcome not in DID:
        return False
    runs = any(job.run_id == last.run_id for job in running)
    return runs == (last.outcome == "started")
