"""How many of the pieces were good at the first go."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def quality_ratio(_time: TimeModel, count: CountModel) -> float | None:
    """GQ/PQ (ISO 22400-2 no. 10) with PQ = GQ + SQ + RQ; None where nothing was made.

    Above the units, where it is summed, the pieces weigh by their ideal time: so OEE is Σ PRI·GQ / Σ PBT.

    >>> quality_ratio(TimeModel(), CountModel(gq=97, sq=2, rq=1))
    0.97
    >>> quality_ratio(TimeModel(), CountModel(gq=97, sq=2, rq=1, pri_pq_ns=2_000, pri_gq_ns=1_800))
    0.9
    >>> quality_ratio(TimeModel(), CountModel(gq=97, sq=-2)) is None  # more scrap was taken back than made
    True
    """
    if not count.is_whole:
        return None
    if count.pri_gq_ns is not None and count.pri_pq_ns:
        return count.pri_gq_ns / count.pri_pq_ns
    return count.gq / count.pq if count.pq else None


PLUGIN = Kpi(
    id="quality_ratio",
    name="Quality ratio",
    formula="GQ / PQ",
    unit="1",
    range="0–100 %",
    standard="ISO 22400-2:2014 no. 10",
    convention=("no_data",),
    inputs=("gq", "pq"),
    compute=quality_ratio,
    iso=10,
)
