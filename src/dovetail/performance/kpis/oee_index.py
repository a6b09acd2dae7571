"""What share of the planned busy time was good pieces at the standard rate: OEE."""

from __future__ import annotations

from dovetail.performance.kpis.availability import availability
from dovetail.performance.kpis.effectiveness import effectiveness
from dovetail.performance.kpis.quality_ratio import quality_ratio
from dovetail.performance.model import CountModel, Kpi, TimeModel


def oee_index(time: TimeModel, count: CountModel) -> float | None:
    """Availability · Effectiveness · Quality ratio (ISO 22400-2 no. 6); None where one of them has no denominator.

    >>> oee_index(TimeModel(pbt_us=10, apt_us=5, apt_rated_us=5), CountModel(gq=1, sq=1, pri_pq_ns=4_000))
    0.2
    """
    factors = (availability(time, count), effectiveness(time, count), quality_ratio(time, count))
    a, e, q = factors
    return None if a is None or e is None or q is None else a * e * q


PLUGIN = Kpi(
    id="oee_index",
    name="OEE index",
    formula="Availability · Effectiveness · Quality ratio",
    unit="1",
    range="0–100 %",
    standard="ISO 22400-2:2014 no. 6",
    convention=("no_data", "unplanned_run", "micro_stop", "pbt"),
    inputs=("apt_us", "held_us", "pri_pq_ns", "apt_rated_us", "gq", "pq"),
    compute=oee_index,
    factors=("availability", "effectiveness", "quality_ratio"),
    iso=6,
)
