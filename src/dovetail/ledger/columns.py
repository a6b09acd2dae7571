"""The additive columns of the ledger, said once as data: Python sums slices by it, and SQL is made from it.

A column takes one measure of a slice where its class (and a flag) says so. Every KPI is a formula over such sums, so
every grouping is a ratio of sums and never a mean of ratios.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from dovetail.ledger.model import JobShare, Mark, Slice, TimeClass

type Measure = Literal[
    "elapsed_us",
    "rated_us",
    "good",
    "scrap",
    "rework",
    "infeed",
    "ideal_ns",
    "ideal_good_ns",
    "theoretical_mu",
    "stops",
    "failures",
]
type Sums = dict[str, int]

MEASURES: Final[tuple[Measure, ...]] = (
    "elapsed_us", "rated_us", "good", "scrap", "rework", "infeed", "ideal_ns", "ideal_good_ns", "theoretical_mu",
    "stops", "failures",
)  # fmt: skip
ALL: Final[frozenset[TimeClass]] = frozenset({"APT", "AUST", "ADET", "ADOT", "NODT", "PLANNED_DOWN", "NOT_PLANNED"})
OBSERVED: Final[frozenset[TimeClass]] = frozenset({"APT", "AUST", "ADET", "ADOT"})
NODT: Final[frozenset[TimeClass]] = frozenset({"NODT"})
LOST: Final[frozenset[TimeClass]] = frozenset({"ADET", "ADOT"})
STOPPED: Final[frozenset[TimeClass]] = frozenset({"ADET", "ADOT", "APT"})  # short stops may count as production time


@dataclass(frozen=True, slots=True)
class Column:
    """`measure` of the slices whose class is in `classes` and, where `flag` names one, that carry it.

    `of`: not stored, but these columns together of the shares that belong to an order.
    """

    name: str
    label: str
    unit: str
    measure: Measure
    classes: frozenset[TimeClass]
    flag: Mark | None = None
    of: tuple[str, ...] = ()

    def takes(self, cls: TimeClass, marks: frozenset[Mark]) -> bool:
        """Whether a slice of this class with these marks counts in this column."""
        return (self.flag is None or self.flag in marks) and cls in self.classes


def _only(cls: TimeClass) -> frozenset[TimeClass]:
    return frozenset({cls})


STORED: Final[tuple[Column, ...]] = (
    Column("elapsed_us", "Elapsed time", "us", "elapsed_us", ALL),
    Column("not_planned_us", "Not planned", "us", "elapsed_us", _only("NOT_PLANNED")),
    Column("planned_down_us", "Planned down", "us", "elapsed_us", _only("PLANNED_DOWN")),
    Column("apt_us", "Production time (APT)", "us", "elapsed_us", _only("APT")),
    Column("aust_us", "Setup time (AUST)", "us", "elapsed_us", _only("AUST")),
    Column("adet_us", "Delay time (ADET)", "us", "elapsed_us", _only("ADET")),
    Column("adot_us", "Down time (ADOT)", "us", "elapsed_us", _only("ADOT")),
    Column("nodt_us", "Time without knowledge (NODT)", "us", "elapsed_us", NODT),
    Column("external_us", "Delay from outside", "us", "elapsed_us", _only("ADET"), "external"),
    Column("extended_us", "Run outside the plan, counted", "us", "elapsed_us", _only("APT"), "unplanned"),
    Column(
        "apart_us",
        "Run outside the plan, kept apart",
        "us",
        "elapsed_us",
        frozenset({"PLANNED_DOWN", "NOT_PLANNED"}),
        "unplanned",
    ),
    Column("apt_rated_us", "Production time with a rate", "us", "rated_us", _only("APT")),
    Column("good", "Good pieces", "{#}", "good", ALL),
    Column("scrap", "Scrapped pieces", "{#}", "scrap", ALL),
    Column("rework", "Pieces to rework", "{#}", "rework", ALL),
    Column("infeed", "Pieces fed in", "{#}", "infeed", ALL),
    Column("good_observed", "Good pieces in observed time", "{#}", "good", OBSERVED),
    Column("scrap_observed", "Scrapped pieces in observed time", "{#}", "scrap", OBSERVED),
    Column("rework_observed", "Pieces to rework in observed time", "{#}", "rework", OBSERVED),
    Column("good_nodt", "Good pieces in time without knowledge", "{#}", "good", NODT),
    Column("scrap_nodt", "Scrapped pieces in time without knowledge", "{#}", "scrap", NODT),
    Column("rework_nodt", "Pieces to rework in time without knowledge", "{#}", "rework", NODT),
    Column("ideal_ns", "Ideal time of the pieces (PRI·PQ)", "ns", "ideal_ns", OBSERVED),
    Column("ideal_nodt_ns", "Ideal time of pieces in time without knowledge", "ns", "ideal_ns", NODT),
    Column("ideal_good_ns", "Ideal time of the good pieces (PRI·GQ)", "ns", "ideal_good_ns", OBSERVED),
    Column("nodt_rated_us", "Time without knowledge with a rate", "us", "rated_us", NODT),
    Column("theoretical_nodt_mu", "Pieces at the standard rate in it, thousandths", "m{#}", "theoretical_mu", NODT),
    Column("theoretical_mu", "Pieces at the standard rate, thousandths", "m{#}", "theoretical_mu", _only("APT")),
    Column("failures", "Failures that began", "{#}", "failures", STOPPED),
    Column("failing_us", "Time in failure", "us", "elapsed_us", _only("ADET"), "failing"),
    Column("stops", "Stops that began", "{#}", "stops", STOPPED),
    Column("short_stops", "Short stops", "{#}", "stops", STOPPED, "short"),
    Column("short_us", "Time in short stops", "us", "elapsed_us", LOST, "short"),
    Column("short_rated_us", "Time in short stops with a rate", "us", "rated_us", LOST, "short"),
    Column("short_mu", "Pieces at the standard rate in it, thousandths", "m{#}", "theoretical_mu", LOST, "short"),
    Column("short_failing_us", "Time in short failures", "us", "elapsed_us", _only("ADET"), "short_failing"),
    Column("short_external_us", "Short stops from outside", "us", "elapsed_us", _only("ADET"), "short_external"),
    Column("short_run_us", "Short stops that count as production", "us", "elapsed_us", _only("APT"), "short"),
    Column("short_run_rated_us", "The same with a rate", "us", "rated_us", _only("APT"), "short"),
    Column("busy_mu", "Pieces at the standard rate in busy time, thousandths", "m{#}", "theoretical_mu", OBSERVED),
    Column("setup_mu", "Pieces at the standard rate in set-up, thousandths", "m{#}", "theoretical_mu", _only("AUST")),
    Column("elapsed_mu", "Pieces at the standard rate in all time, thousandths", "m{#}", "theoretical_mu", ALL),
    Column("ideal_setup_ns", "Ideal time of pieces made in set-up", "ns", "ideal_ns", _only("AUST")),
    Column("ideal_good_setup_ns", "Ideal time of good pieces made in set-up", "ns", "ideal_good_ns", _only("AUST")),
    Column("busy_rated_us", "Busy time with a rate", "us", "rated_us", OBSERVED),
    Column("elapsed_rated_us", "All time with a rate", "us", "rated_us", ALL),
)


def _order(name: str, label: str, *of: str) -> Column:
    """What some stored columns hold of shares that belong to an order."""
    found = [column for column in STORED if column.name in of]
    classes: frozenset[TimeClass] = frozenset(cls for column in found for cls in column.classes)
    return Column(name, label, found[0].unit, found[0].measure, classes, of=of)


_KNOWN: Final = ("not_planned_us", "planned_down_us", "apt_us", "aust_us", "adet_us", "adot_us")
OF_ORDERS: Final[tuple[Column, ...]] = (
    _order("order_us", "Order execution time with knowledge", *_KNOWN),
    _order("order_nodt_us", "Order execution time without knowledge", "nodt_us"),
    _order("order_apt_us", "Production time of orders", "apt_us"),
    _order("order_aust_us", "Setup time of orders", "aust_us"),
    _order("order_adet_us", "Delay time of orders", "adet_us"),
    _order("order_good", "Good pieces of orders", "good_observed"),
    _order("order_scrap", "Scrapped pieces of orders", "scrap_observed"),
    _order("order_rework", "Pieces of orders to rework", "rework_observed"),
    _order("order_good_nodt", "Good pieces of orders in time without knowledge", "good_nodt"),
    _order("order_scrap_nodt", "Scrapped pieces of orders in time without knowledge", "scrap_nodt"),
    _order("order_rework_nodt", "Pieces of orders to rework in time without knowledge", "rework_nodt"),
)
COLUMNS: Final = (*STORED, *OF_ORDERS)
BY_NAME: Final[Mapping[str, Column]] = {column.name: column for column in COLUMNS}
STORED_NAMES: Final[tuple[str, ...]] = tuple(column.name for column in STORED)
NAMES: Final[tuple[str, ...]] = tuple(BY_NAME)


def nothing() -> Sums:
    """The sums of no slices."""
    return dict.fromkeys(NAMES, 0)


def measures(piece: Slice, share: JobShare) -> dict[Measure, int]:
    """What one job's share of a slice brings, whatever its class: time, pieces and ideal times.

    What began with the slice began once, however many jobs ran: the first share brings it.
    """
    pieces, is_first = share.pieces, share is piece.shares[0]
    return {
        "elapsed_us": share.elapsed_us,
        "rated_us": share.rated_us,
        "good": pieces.good,
        "scrap": pieces.scrap,
        "rework": pieces.rework,
        "infeed": pieces.infeed,
        "ideal_ns": share.ideal_ns,
        "ideal_good_ns": share.ideal_good_ns,
        "theoretical_mu": share.theoretical_mu,
        "stops": piece.stops if is_first else 0,
        "failures": piece.failures if is_first else 0,
    }


def add_share(sums: Sums, piece: Slice, share: JobShare) -> None:
    """Add one job's share of a slice to the columns that the slice's class and marks name."""
    brought = measures(piece, share)
    for column in taken_by(piece.cls, piece.marks):
        if not column.of or share.job_response_id is not None:
            sums[column.name] += brought[column.measure]


_TAKEN: dict[tuple[TimeClass, frozenset[Mark]], tuple[Column, ...]] = {}


def taken_by(cls: TimeClass, marks: frozenset[Mark]) -> tuple[Column, ...]:
    """The columns that slices of this class with these marks count in; there are few kinds, so each is found once."""
    key = (cls, marks)
    if key not in _TAKEN:
        _TAKEN[key] = tuple(column for column in COLUMNS if column.takes(cls, marks))
    return _TAKEN[key]


def sum_slices(slices: Iterable[Slice]) -> Sums:
    """Every column over these slices."""
    sums = nothing()
    for piece in slices:
        for share in piece.shares:
            add_share(sums, piece, share)
    return sums


def add(*groups: Mapping[str, int]) -> Sums:
    """The sums of several groups together."""
    return {name: sum(group[name] for group in groups) for name in NAMES}
