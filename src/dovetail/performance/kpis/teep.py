"""What share of all time, planned or not, was good pieces at the standard rate: TEEP."""

from __future__ import annotations

from dovetail.performance.kpis.oee_index import oee_index
from dovetail.performance.model import CountModel, Kpi, TimeModel


def teep(time: TimeModel, count: CountModel) -> float | None:
    """OEE index · PBT / elapsed time (classic TEEP: OEE × planned/calendar; ISO 22400-2 does not define it).

    >>> teep(TimeModel(elapsed_us=40, pbt_us=10, apt_us=8, apt_rated_us=8), CountModel(gq=4, pri_pq_ns=8_000))
    0.2
    """
    oee = oee_index(time, count)
    return None if oee is None or not time.elapsed_us else oee * time.pbt_us / time.elapsed_us


PLUGIN = Kpi(
    id="teep",
    name="TEEP",
    formula="OEE index · PBT / elapsed time",
    unit="1",
    range="0–100 %",
    standard="classic; not in ISO 22400-2",
    convention=("no_data", "unplanned_run", "micro_stop", "pbt"),
    inputs=("apt_us", "held_us", "pri_pq_ns", "apt_rated_us", "gq", "pq", "pbt_us", "elapsed_us"),
    compute=teep,
    factors=("oee_index",),
)
