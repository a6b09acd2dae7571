"""OEE for plants that do not count setup as a loss: the net equipment effectiveness."""

from __future__ import annotations

from dovetail.performance.kpis.effectiveness import effectiveness
from dovetail.performance.kpis.quality_ratio import quality_ratio
from dovetail.performance.model import CountModel, Kpi, TimeModel


def nee_index(time: TimeModel, count: CountModel) -> float | None:
    """(AUPT/PBT) · Effectiveness · Quality ratio (ISO 22400-2 no. 7), AUPT = APT + AUST.

    >>> nee_index(TimeModel(pbt_us=10, apt_us=4, aust_us=1, apt_rated_us=4), CountModel(gq=1, sq=1, pri_pq_ns=4_000))
    0.25
    """
    e, q = effectiveness(time, count), quality_ratio(time, count)
    return None if e is None or q is None or not time.held_us else time.aupt_us / time.held_us * e * q


PLUGIN = Kpi(
    id="nee_index",
    name="NEE index",
    formula="(AUPT / PBT) · Effectiveness · Quality ratio",
    unit="1",
    range="0–100 %",
    standard="ISO 22400-2:2014 no. 7",
    convention=("no_data", "unplanned_run", "micro_stop", "pbt"),
    inputs=("aupt_us", "held_us", "pri_pq_ns", "apt_rated_us", "gq", "pq"),
    compute=nee_index,
    factors=("effectiveness", "quality_ratio"),
    iso=7,
)
