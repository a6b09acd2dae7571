"""What somebody asks of an export."""

from __future__ import annotations

from pydantic import Field

from dovetail.core.errors import InvalidError
from dovetail.core.limits import OCCASIONS_PERIOD_MAX_US
from dovetail.exports.model import Format, Language, OverWhat, Shape
from dovetail.operations.operation import Input
from dovetail.recaps.asked import AskedSums, every_us_of
from dovetail.recaps.model import Over


class AskedAggregates(AskedSums):
    """Sums instead of samples: over intervals of `every_s` (without it the period is one), or `over` what happened at
    an `equipment`, each whole.
    """

    every_s: float | None = Field(default=None, gt=0)
    over: Over | None = None
    equipment: int | None = None

    def over_what(self, from_us: int, to_us: int) -> OverWhat:
        """In the room's words. Raises InvalidError for what does not fit together."""
        how = self.of(None)
        if (self.over is None) != (self.equipment is None):
            raise InvalidError("occasions are those of an equipment", pointer="/aggregate/equipment", code="occasions")
        if self.over is not None and self.every_s is not None:
            raise InvalidError("name either every_s or over", pointer="/aggregate/every_s", code="occasions")
        if self.over is not None and to_us - from_us > OCCASIONS_PERIOD_MAX_US:
            raise InvalidError("the period is too long for occasions", pointer="/end", code="period",
                               hint="a year and a month at most")  # fmt: skip
        every_us = to_us - from_us if self.every_s is None else every_us_of(self.every_s)
        occasions = None if self.over is None or self.equipment is None else (self.over, self.equipment)
        return OverWhat(how.names, how.config, every_us, occasions)


class AskExport(Input):
    """Signals of a period as a file. Tags by id or path.

    Long: one row a sample, tag by tag. Wide: one row every `every_s` seconds, with the value that held then.
    `aggregate`: sums instead of samples; long: one row for each stretch, tag and aggregate, wide: one for each stretch.
    `zone`: whose wall time the times are told in: `plant` (that of the first tag's equipment), `UTC` or an IANA name.
    `as_of` (a `known` or a moment) leaves out what was corrected later, 0 all that ever was.
    """

    tags: list[str] = Field(min_length=1)
    start: str
    end: str
    shape: Shape = "long"
    format: Format = "csv"
    every_s: float = Field(default=60.0, gt=0, le=31_622_400)
    zone: str = Field(default="plant", max_length=60)
    language: Language = "en"
    as_of: str | None = Field(default=None, max_length=40)
    aggregate: AskedAggregates | None = None
