"""How many of the pieces were good at the first go."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def quality_ratio(_time: TimeModel, count: CountModel) -> float | None:
    """GQ/PQ (ISO 22400-2 no. 10) with PQ = GQ + SQ + RQ; None where nothing was made.

    >>> quality_ratio(TimeModel(), CountModel(gq=97, sq=2, rq=1))
    0.97
    """
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
