"""How often the work unit stood for a moment only."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def short_stop_count(_time: TimeModel, count: CountModel) -> float | None:
    """Short stops that began in planned busy time: what stood is one stop until it runs again, at most as long as said.

    >>> short_stop_count(TimeModel(), CountModel(short_stops=7))
    7.0
    """
    return float(count.short_stops)


PLUGIN = Kpi(
    id="short_stop_count",
    name="Short stops",
    formula="number of short stops",
    unit="{#}",
    range="0 and more",
    standard="ours",
    convention=("micro_stop",),
    inputs=("short_stops",),
    compute=short_stop_count,
    live=False,
    better="lower",
)
