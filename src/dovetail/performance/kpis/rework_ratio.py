"""How many of the pieces have to be worked on again."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def rework_ratio(_time: TimeModel, count: CountModel) -> float | None:
    """RQ/PQ (ISO 22400-2 no. 17); the lower the better.

    >>> rework_ratio(TimeModel(), CountModel(gq=97, sq=2, rq=1))
    0.01
    """
    return count.rq / count.pq if count.pq and count.is_whole else None


PLUGIN = Kpi(
    id="rework_ratio",
    name="Rework ratio",
    formula="RQ / PQ",
    unit="1",
    range="0–100 %; the lower the better",
    standard="ISO 22400-2:2014 no. 17",
    convention=("no_data",),
    inputs=("rq", "pq"),
    compute=rework_ratio,
    iso=17,
    live=False,
    better="lower",
)
