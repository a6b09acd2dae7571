"""How many of the pieces were thrown away."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def scrap_ratio(_time: TimeModel, count: CountModel) -> float | None:
    """SQ/PQ (ISO 22400-2 no. 16); the lower the better.

    >>> scrap_ratio(TimeModel(), CountModel(gq=97, sq=2, rq=1))
    0.02
    """
    return count.sq / count.pq if count.pq and count.is_whole else None


PLUGIN = Kpi(
    id="scrap_ratio",
    name="Scrap ratio",
    formula="SQ / PQ",
    unit="1",
    range="0–100 %; the lower the better",
    standard="ISO 22400-2:2014 no. 16",
    convention=("no_data",),
    inputs=("sq", "pq"),
    compute=scrap_ratio,
    iso=16,
    live=False,
    better="lower",
)
