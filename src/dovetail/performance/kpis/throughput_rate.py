"""How many pieces an hour of an order brought."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def throughput_rate(time: TimeModel, count: CountModel) -> float | None:
    """PQ/AOET (ISO 22400-2 no. 3) in pieces per hour, over the time and the pieces of orders.

    >>> throughput_rate(TimeModel(aoet_us=1_800_000_000), CountModel(order_pq=150))
    300.0
    """
    return count.order_pq * 3_600_000_000 / time.aoet_us if time.aoet_us and count.order_pq >= 0 else None


PLUGIN = Kpi(
    id="throughput_rate",
    name="Throughput rate",
    formula="PQ / AOET",
    unit="{#}/h",
    range="0 and more",
    standard="ISO 22400-2:2014 no. 3",
    convention=("no_data",),
    inputs=("order_pq", "aoet_us"),
    compute=throughput_rate,
    iso=3,
    live=False,
)
