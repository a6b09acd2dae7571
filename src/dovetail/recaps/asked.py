"""How sums are asked for, over the API and of a file: which aggregates, and how they are worked out."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, Field

from dovetail.aggregates.names import Config
from dovetail.core.clock import SECOND_US
from dovetail.core.limits import OCCASIONS_MAX
from dovetail.db.uow import Reading
from dovetail.forms.model import Form
from dovetail.operations.http import as_known
from dovetail.recaps.model import Over, aggregates_of
from dovetail.recaps.service import Asked

EVERY_MAX_S: Final = 1e10  # three hundred years are one interval of any period, and so is what is longer, or endless


def every_us_of(every_s: float) -> int:
    """The length of an interval in µs, at least one."""
    return max(1, round(min(every_s, EVERY_MAX_S) * SECOND_US))


class AskedSums(BaseModel):
    """Which aggregates, and how they are worked out: OPC UA's AggregateConfiguration in words.

    `interpolation`: how the signals go from one sample to the next; yes and no and texts are always stepped.
    `uncertain`: as what uncertain samples count. From `percent_bad` of BAD on, a result is BAD; from `percent_good` of
    GOOD on it is GOOD. `extrapolation` is for TimeAverage, Total and Interpolative after the newest sample.
    """

    aggregates: str = Field(default="TimeAverage2", description="names as in OPC UA Part 13, commas between them")
    interpolation: Literal["stepped", "sloped"] = "stepped"
    uncertain: Literal["bad", "good"] = "bad"
    percent_bad: int = Field(default=100, ge=1, le=100)
    percent_good: int = Field(default=100, ge=0, le=100)
    extrapolation: Literal["stepped", "sloped"] = "stepped"

    def of(self, as_of: int | None) -> Asked:
        """In the room's words. Raises InvalidError for an aggregate that there is not."""
        config = Config(
            stepped=self.interpolation == "stepped",
            treat_uncertain_as_bad=self.uncertain == "bad",
            percent_bad=self.percent_bad,
            percent_good=self.percent_good,
            sloped_extrapolation=self.extrapolation == "sloped",
        )
        return Asked(aggregates_of(self.aggregates), config, as_of)


class AskedHow(AskedSums):
    """Of which tags, from when to when, and in which form; without one it is what the header Accept says."""

    tags: str = Field(description="ids or paths with commas between them")
    start: str
    end: str
    as_of: str | None = Field(
        default=None, description="a `known` or a moment: what was corrected later does not count, 0 nothing that was"
    )
    format: Form | None = None

    def asked(self, reading: Reading) -> Asked:
        """In the room's words."""
        return self.of(as_known(reading, self.as_of))


class AskedEvenly(AskedHow):
    """`every_s` seconds is one interval; without it the whole period is one."""

    every_s: float | None = Field(default=None, gt=0)


class AskedOver(AskedHow):
    """Over which occasions of which equipment."""

    over: Over
    equipment: int
    cursor: str | None = None
    limit: int = OCCASIONS_MAX
