"""How much of the time that orders took the work unit was busy with them."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def allocation_ratio(time: TimeModel, _count: CountModel | None = None) -> float | None:
    """AUBT/AOET (ISO 22400-2 no. 2) over the time and the pieces of orders; several at once share the time.

    >>> allocation_ratio(TimeModel(aoet_us=40, order_aubt_us=30))
    0.75
    """
    return time.order_aubt_us / time.aoet_us if time.aoet_us else None


PLUGIN = Kpi(
    id="allocation_ratio",
    name="Allocation ratio",
    formula="AUBT / AOET",
    unit="1",
    range="0–100 %; the time between orders is outside",
    standard="ISO 22400-2:2014 no. 2",
    convention=("no_data", "unplanned_run", "micro_stop"),
    inputs=("order_aubt_us", "aoet_us"),
    compute=allocation_ratio,
    iso=2,
    live=False,
)
