"""Read from a machine's product and order signals which jobs it ran: a function of the samples, whenever they arrive.

A job starts where the product changes to another non-empty text, and where the order does while the product stays. The
two are often written one after the other: an order change within `JOB_TAGS_TOGETHER_US` of a product change belongs
to the job that the product change starts. Empty texts and bad samples change nothing: a machine that blanks its display
has not ended a job.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from dovetail.core.limits import JOB_NAME_MAX, JOB_PRODUCT_MAX, JOB_TAGS_TOGETHER_US
from dovetail.production.model import JobResponse, Origin

SAID: Final = ("t1_us", "ended_by", "product", "job_order", "lot", "standard_rate_upm")

type Seen = tuple[int, str]  # ts_us, text


@dataclass(frozen=True, slots=True)
class Start:
    """A job begins at `t0_us`; without a product what runs ends there."""

    t0_us: int
    product: str | None
    job_order: str | None = None
    lot: str | None = None
    standard_rate_upm: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A job as it should stand; `base` is the response that stands there now, if one does."""

    t0_us: int
    t1_us: int | None
    product: str
    job_order: str | None
    started_by: Origin
    ended_by: Origin | None
    base: JobResponse | None
    lot: str | None = None
    standard_rate_upm: float | None = None

    @property
    def stands(self) -> bool:
        """Whether the records say so already."""
        return self.base is not None and said(self) == said(self.base)


def said(job: Run | JobResponse) -> dict[str, Any]:
    """What the samples say of a job, by name."""
    return {name: getattr(job, name) for name in SAID}


def changes(samples: Iterable[Seen], before: str | None) -> list[Seen]:
    """Where a text becomes another non-empty one. Samples by (ts, arrival): of those at one moment the last counts."""
    last_at = {ts_us: text for ts_us, text in samples if text}
    changed: list[Seen] = []
    for ts_us, text in last_at.items():
        if text != before:
            changed.append((ts_us, text))
            before = text
    return changed


def starts(
    products: Sequence[Seen], orders: Sequence[Seen], *, product_before: str | None, order_before: str | None
) -> list[Start]:
    """The jobs that these samples start, by time; what was held before the first of them does not start one."""
    product_changes = changes(products, product_before)
    order_changes = changes(orders, order_before)
    product_times = [ts_us for ts_us, _ in product_changes]
    alone = [
        ts_us
        for ts_us, _ in order_changes
        if not any(abs(ts_us - other_us) <= JOB_TAGS_TOGETHER_US for other_us in product_times)
    ]
    times = sorted({*product_times, *alone})
    found: list[Start] = []
    for index, t0_us in enumerate(times):
        until_us = t0_us + JOB_TAGS_TOGETHER_US
        if index + 1 < len(times):
            until_us = min(until_us, times[index + 1] - 1)
        product = _held(product_changes, t0_us, product_before)
        if product is not None:
            order = _held(order_changes, until_us, order_before)
            found.append(Start(t0_us, product[:JOB_PRODUCT_MAX], order and order[:JOB_NAME_MAX]))
    return found


def _held(changed: Sequence[Seen], at_us: int, before: str | None) -> str | None:
    index = bisect_right([ts_us for ts_us, _ in changed], at_us) - 1
    return changed[index][1] if index >= 0 else before


def runs(
    existing: Sequence[JobResponse],
    begun: Sequence[Start],
    *,
    since_us: int,
    order: Literal["names", "begins"] = "names",
) -> list[Run]:
    """How the jobs of one work unit should stand, given those that begin by tag from `since_us` on.

    An `order` that is said of a product which runs without one names that job, or begins another.

    `existing` are the responses that run at or after `since_us`. What no tag started stays, and what a person ended
    stays ended; a job by tag that no sample calls for any more is not among the answers.
    """
    by_start = {job.t0_us: job for job in existing if job.started_by == "tag" and job.t0_us >= since_us}
    fixed = [job for job in existing if job.started_by != "tag" or job.t0_us < since_us]
    planned = [_as_run(job) for job in fixed]
    taken = {job.t0_us for job in fixed}
    for start in begun:
        if start.product is not None and start.t0_us >= since_us and start.t0_us not in taken:
            planned.append(_by_tag(start, start.product, by_start.get(start.t0_us)))
    planned.sort(key=lambda run: run.t0_us)
    stops = [start.t0_us for start in begun if start.product is None and start.t0_us >= since_us]
    return _ended(_distinct(planned, stops, order), stops)


def _as_run(job: JobResponse) -> Run:
    end_us = job.t1_us if job.ended_by == "person" else None
    ended_by = job.ended_by if end_us is not None else None
    return Run(
        job.t0_us, end_us, job.product, job.job_order, job.started_by, ended_by, job, job.lot, job.standard_rate_upm
    )  # fmt: skip


def _by_tag(start: Start, product: str, base: JobResponse | None) -> Run:
    begun = Run(
        start.t0_us, None, product, start.job_order, "tag", None, base, start.lot, start.standard_rate_upm
    )  # fmt: skip
    if base is None or base.ended_by != "person":
        return begun
    return replace(begun, t1_us=base.t1_us, ended_by="person")


def _distinct(planned: Iterable[Run], stops: Sequence[int], order: Literal["names", "begins"]) -> list[Run]:
    """Without the starts that only name what runs already."""
    kept: list[Run] = []
    for run in planned:
        previous = kept[-1] if kept else None
        ended = previous is not None and any(previous.t0_us < stop_us <= run.t0_us for stop_us in stops)
        if previous is None or ended or run.started_by != "tag" or not _same(previous, run, order):
            kept.append(run)
    return kept


def _same(running: Run, begun: Run, order: Literal["names", "begins"]) -> bool:
    still = running.t1_us is None or running.t1_us > begun.t0_us
    orders = {running.job_order, begun.job_order} - ({None} if order == "names" else set())
    return still and running.product == begun.product and len(orders) <= 1


def _ended(kept: Sequence[Run], stops: Sequence[int]) -> list[Run]:
    """Each run ends where a person ended it, else where the next begins or a text says that nothing runs."""
    ended: list[Run] = []
    for index, run in enumerate(kept):
        ends = [stop_us for stop_us in stops if stop_us > run.t0_us]
        ends += [kept[index + 1].t0_us] if index + 1 < len(kept) else []
        next_us = min(ends, default=None)
        if run.t1_us is not None and (next_us is None or run.t1_us <= next_us):
            ended.append(run)
        else:
            ended.append(replace(run, t1_us=next_us, ended_by=None if next_us is None else "tag"))
    return ended
