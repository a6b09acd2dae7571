"""The aggregates of OPC UA Part 13 by the names that the standard gives them, and how a caller may shape them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

type OfValues = Literal[
    "Interpolative", "Average", "TimeAverage", "TimeAverage2", "Total", "Total2",
    "Minimum", "Maximum", "MinimumActualTime", "MaximumActualTime", "Range",
    "Minimum2", "Maximum2", "MinimumActualTime2", "MaximumActualTime2", "Range2",
    "Start", "End", "Delta", "StartBound", "EndBound", "DeltaBounds",
    "DurationInStateZero", "DurationInStateNonZero",
    "StandardDeviationSample", "StandardDeviationPopulation", "VarianceSample", "VariancePopulation",
]  # fmt: skip
type OfAnything = Literal[
    "Count", "NumberOfTransitions", "DurationGood", "DurationBad", "PercentGood", "PercentBad",
    "WorstQuality", "WorstQuality2",
]  # fmt: skip
type Aggregate = OfValues | OfAnything

OF_VALUES: Final[tuple[OfValues, ...]] = get_args(OfValues.__value__)
OF_ANYTHING: Final[tuple[OfAnything, ...]] = get_args(OfAnything.__value__)  # a text has these too
AGGREGATES: Final[tuple[Aggregate, ...]] = (*OF_VALUES, *OF_ANYTHING)

LOOK_BACK: Final[frozenset[Aggregate]] = frozenset(
    ("Interpolative", "TimeAverage", "Total", "NumberOfTransitions")
)  # they pass over BAD samples before an interval until they find one that is not (Part 13, 3.1.8)
AT_END: Final[frozenset[Aggregate]] = frozenset(("EndBound", "DeltaBounds"))  # a sample at the very end is theirs
LOOK_AHEAD: Final[frozenset[Aggregate]] = frozenset(("Interpolative", "TimeAverage", "Total"))

FOLDABLE: Final[frozenset[Aggregate]] = frozenset(
    (
        "Average", "TimeAverage2", "Total2", "Count", "Minimum", "Maximum", "MinimumActualTime", "MaximumActualTime",
        "Range", "Minimum2", "Maximum2", "MinimumActualTime2", "MaximumActualTime2", "Range2", "Start", "End", "Delta",
        "StartBound", "EndBound", "DeltaBounds", "DurationGood", "DurationBad", "PercentGood", "PercentBad",
        "StandardDeviationSample", "StandardDeviationPopulation", "VarianceSample", "VariancePopulation",
    )
)  # fmt: skip  # stepped, they may rest on samples that were summed up before

SPREADS: Final[frozenset[Aggregate]] = frozenset(
    ("StandardDeviationSample", "StandardDeviationPopulation", "VarianceSample", "VariancePopulation")
)  # of samples that were summed up they need more than their sum

EXTREMES: Final[frozenset[Aggregate]] = frozenset(
    (
        "Minimum", "Maximum", "MinimumActualTime", "MaximumActualTime", "Range",
        "Minimum2", "Maximum2", "MinimumActualTime2", "MaximumActualTime2", "Range2",
    )
)  # fmt: skip

PLAIN_UNIT: Final[frozenset[Aggregate]] = frozenset(
    (
        "Interpolative", "Average", "TimeAverage", "TimeAverage2", "Minimum", "Maximum", "MinimumActualTime",
        "MaximumActualTime", "Range", "Minimum2", "Maximum2", "MinimumActualTime2", "MaximumActualTime2", "Range2",
        "Start", "End", "Delta", "StartBound", "EndBound", "DeltaBounds", "StandardDeviationSample",
        "StandardDeviationPopulation",
    )
)  # fmt: skip
MILLISECONDS: Final[frozenset[Aggregate]] = frozenset(
    ("DurationGood", "DurationBad", "DurationInStateZero", "DurationInStateNonZero")
)


@dataclass(frozen=True, slots=True)
class Config:
    """Part 13 AggregateConfiguration (4.2.1.2), and whether the signal is stepped between its samples (Part 11).

    `percent_bad`: from so much BAD on an interval is BAD; `percent_good`: from so much GOOD on it is GOOD.
    `resolution_us`: how far before its end an interval's last moment lies (3.1.3 EffectiveEndTime).
    """

    stepped: bool = True
    treat_uncertain_as_bad: bool = True
    percent_bad: int = 100
    percent_good: int = 100
    sloped_extrapolation: bool = False
    resolution_us: int = 1


def unit_of(name: Aggregate, unit: str | None) -> str | None:
    """The UCUM unit of an aggregate of a signal in `unit`; None where there is none to say.

    >>> unit_of("Maximum", "Cel"), unit_of("Total2", "kW"), unit_of("VarianceSample", "mm"), unit_of("PercentGood", "A")
    ('Cel', 'kW.s', '(mm)2', '%')
    """
    if name in MILLISECONDS:
        return "ms"
    if name in ("PercentGood", "PercentBad"):
        return "%"
    if unit is None or name in PLAIN_UNIT:
        return unit if name in PLAIN_UNIT else None
    if name in ("Total", "Total2"):
        return "s" if unit == "1" else f"{unit}.s"
    if name in ("VarianceSample", "VariancePopulation"):
        return "1" if unit == "1" else f"({unit})2"
    return None
