"""How much of the time that orders took added value."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def production_process_ratio(time: TimeModel, _count: CountModel | None = None) -> float | None:
    """APT/AOET (ISO 22400-2 no. 13) over the time of orders; several at once share it.

    >>> production_process_ratio(TimeModel(aoet_us=40, order_apt_us=30))
    0.75
    """
    return time.order_apt_us / time.aoet_us if time.aoet_us else None


PLUGIN = Kpi(
    id="production_process_ratio",
    name="Production process ratio",
    formula="APT / AOET",
    unit="1",
    range="0–100 %",
    standard="ISO 22400-2:2014 no. 13",
    convention=("no_data", "unplanned_run", "micro_stop"),
    inputs=("order_apt_us", "aoet_us"),
    compute=production_process_ratio,
    iso=13,
    live=False,
)
