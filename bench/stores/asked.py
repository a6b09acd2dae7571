"""What is asked of every store, and how an answer is compared with that of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from stores.workload import SECOND_US, YEAR_TAG, Columns

from dovetail.historian.model import buckets

HOUR_US = 3_600 * SECOND_US
TAG = 17  # a random walk
MEANS = 500  # tags
PX = 1_400  # at most: every store is asked for the buckets that a screen asks for, which are whole hours
JOBS = 60
YEAR_US = 365 * 86_400 * SECOND_US

type Answer = NDArray[np.float64]


class Store(Protocol):
    """One store with its own process or without. `put` returns when the samples are durable, as the store means it."""

    name: str
    note: str

    def put(self, samples: Columns) -> None: ...

    def settle(self) -> None:
        """What the store does in the background, done."""

    def bytes(self) -> int:
        """On disk."""
        ...

    def pids(self) -> list[int]:
        """Its own processes, if any."""
        ...

    def reader(self) -> Reader:
        """For one thread."""
        ...

    def close(self) -> None: ...


class Reader(Protocol):
    """Questions; times are µs, periods half open. Samples that are not GOOD count for nothing."""

    def last(self, end_us: int) -> Answer:
        """The newest value of every tag, in their order; none is as late as `end_us`."""
        ...

    def hour(self, tag: int, from_us: int, to_us: int) -> Answer:
        """All values of a tag."""
        ...

    def extremes(self, tag: int, from_us: int, to_us: int, width_us: int) -> Answer:
        """The least of each bucket from `from_us` on, and then the greatest of each."""
        ...

    def means(self, tags: int, from_us: int, to_us: int) -> Answer:
        """The plain or the time-weighted mean of tags 1 to `tags`, whichever the store gives sooner."""
        ...

    def weighted(self, tag: int, from_us: int, to_us: int) -> Answer:
        """The time-weighted mean of a tag."""
        ...

    def jobs(self, tag: int, spans: list[tuple[int, int]]) -> Answer:
        """The mean of a tag over each span."""
        ...


@dataclass(frozen=True)
class Question:
    """What is asked, and how far an answer may be from ours: stores differ in what they take for a bucket's border."""

    words: str
    budget_ms: float | None

    def ask(self, reader: Reader, hour: tuple[int, int], year_end_us: int) -> Answer:
        """The answer, over the last hour (or what there is of one), or over the year."""
        match self.words:
            case "last of all tags":
                return reader.last(hour[1])
            case "1 h raw of a tag":
                return reader.hour(TAG, *hour)
            case "1 year of a tag in at most 1,400 buckets":
                begin_us, width_us = buckets(year_end_us - YEAR_US, year_end_us, PX)
                return reader.extremes(YEAR_TAG, begin_us, year_end_us, width_us)
            case "500 tags × 1 h mean":
                return reader.means(MEANS, *hour)
            case "time-weighted mean of 1 h":
                return reader.weighted(TAG, *hour)
            case _:
                return reader.jobs(TAG, spans(*hour))


def spans(from_us: int, to_us: int) -> list[tuple[int, int]]:
    """Sixty jobs, five sixths of a minute each, and the rest of the minute between them."""
    step_us = (to_us - from_us) // JOBS
    return [(from_us + n * step_us, from_us + n * step_us + step_us * 5 // 6) for n in range(JOBS)]


QUESTIONS = (
    Question("last of all tags", None),
    Question("1 h raw of a tag", 2.0),
    Question("1 year of a tag in at most 1,400 buckets", 30.0),
    Question("500 tags × 1 h mean", 15.0),
    Question("time-weighted mean of 1 h", None),
    Question("60 job-run means", None),
)


def digest(answer: Answer) -> list[float]:
    """What is compared: how many numbers, their least, mean and greatest."""
    return [float(len(answer)), float(np.min(answer)), float(np.mean(answer)), float(np.max(answer))]


def agree(ours: list[float], theirs: list[float]) -> bool:
    """Whether two stores were asked the same: within a hundredth of the range."""
    slack = 0.01 * max(abs(ours[3] - ours[1]), abs(ours[2]), 1e-9)
    few = abs(ours[0] - theirs[0]) <= max(4.0, 0.01 * ours[0])
    return few and all(abs(a - b) <= slack for a, b in zip(ours[1:], theirs[1:], strict=True))
