"""What an equipment's internal tags should say from a moment on, and which samples are missing for them to say it.

Level-triggered: the jobs decide, whatever was published before; a job that was corrected or taken back is overwritten
at its own moment, and doing it twice adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dovetail.core import quality as q
from dovetail.core.batch import Value
from dovetail.core.limits import SAID_AGAIN_MAX
from dovetail.core.shares import SHARE_PPM, shares
from dovetail.production.model import JobResponse

PROPERTIES: Final = ("job", "product", "rate_upm")


type Rate = Callable[[JobResponse | None, int], float | None]  # (the job, a moment) → pieces per minute


@dataclass(frozen=True, slots=True)
class Said:
    """What the three internal tags of one equipment say at a moment."""

    job: str
    product: str
    rate_upm: float | None

    def of(self, name: str) -> Value:
        """The value of one of PROPERTIES."""
        return {"job": self.job, "product": self.product, "rate_upm": self.rate_upm}[name]


@dataclass(frozen=True, slots=True)
class Missing:
    """A sample to put on the tag of that name. A rate that nobody has configured is a sample without a value."""

    name: str
    ts_us: int
    value: Value
    quality: int


@dataclass(frozen=True, slots=True)
class HeldSample:
    """A sample the historian holds."""

    ts_us: int
    value: Value
    quality: int


@dataclass(frozen=True, slots=True)
class Held:
    """What the historian holds of one tag: the value before the moment asked for, and the samples from there on.

    `before` is () where there is none at all; of several samples at one moment the last to arrive counts.
    """

    before: tuple[Value] | tuple[()] = ()
    after: Sequence[HeldSample] = ()


def said_at(jobs: Sequence[JobResponse], at_us: int, rate: Rate) -> Said:
    """What runs at a moment: job and product are empty texts where nothing does.

    Of jobs beside each other all are said, with commas between, and the rate at which they come together.
    """
    running = [job for job in jobs if job.runs_at(at_us)]
    if not running:
        return Said("", "", rate(None, at_us))
    rates = [rate(job, at_us) for job in running]
    parts = zip(rates, shares([job.share_ppm for job in running]), strict=True)
    together = None if None in rates else sum((one or 0) * ppm for one, ppm in parts) / SHARE_PPM
    products = dict.fromkeys(job.product for job in running)
    return Said(",".join(job.id for job in running), ",".join(products), rates[0] if len(running) == 1 else together)


def edges(jobs: Iterable[JobResponse]) -> set[int]:
    """The moments at which a job begins or ends."""
    return {edge for job in jobs for edge in (job.t0_us, job.t1_us) if edge is not None}


def missing(
    want: Callable[[int], Said], moments: Iterable[int], held: Mapping[str, Held], *, from_us: int
) -> list[Missing]:
    """The samples without which the tags would not say what they should at every moment from `from_us` on.

    `moments` are those at which `want` can change.
    """
    needed: list[Missing] = []
    for name in PROPERTIES:
        there = held.get(name, Held())
        after = {sample.ts_us: sample.value for sample in there.after}
        now: tuple[Value] | tuple[()] = there.before
        points = {from_us, *after, *(moment for moment in moments if moment >= from_us)}
        for moment in sorted(points):
            if moment in after:
                now = (after[moment],)
            value = want(moment).of(name)
            if now != (value,):
                needed.append(Missing(name, moment, value, _quality(value, moment, there.after)))
                now = (value,)
    return needed


def _quality(value: Value, ts_us: int, held: Sequence[HeldSample]) -> int:
    """GOOD, or BAD_CONFIG where there is no value; with a mark when this value was said of this moment before.

    A job that is started, cancelled and started again at one moment says the same value twice, with another between:
    without the mark the historian would rightly take the second for a repeat of the first. See `q.SAID_AGAIN`.
    """
    plain = q.GOOD if value is not None else q.BAD_CONFIG
    used = {sample.quality for sample in held if (sample.ts_us, sample.value) == (ts_us, value)}
    free = (plain | times * q.SAID_AGAIN for times in range(SAID_AGAIN_MAX))
    return next((quality for quality in free if quality not in used), plain)
