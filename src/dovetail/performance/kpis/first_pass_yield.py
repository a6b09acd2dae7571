"""How many of the pieces that were looked at were good without rework."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def first_pass_yield(_time: TimeModel, count: CountModel) -> float | None:
    """GP/IP (ISO 22400-2 no. 15): each piece counted is one inspected, each good piece counted was good at once.

    >>> first_pass_yield(TimeModel(), CountModel(gq=95, sq=2, rq=3))
    0.95
    """
    return count.gq / count.pq if count.pq and count.is_whole else None


PLUGIN = Kpi(
    id="first_pass_yield",
    name="First pass yield",
    formula="GP / IP, with GP = GQ and IP = PQ",
    unit="1",
    range="0–100 %",
    standard="ISO 22400-2:2014 no. 15",
    convention=("no_data",),
    inputs=("gq", "pq"),
    compute=first_pass_yield,
    iso=15,
    live=False,
)
