"""Sums of the ledger's columns that have a name of their own in ISO 22400-2, and the models a KPI is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from dovetail.ledger.timeclass import Settings
from dovetail.performance.model import CountModel, TimeModel

# Which parts apply may depend on `no_data`.
_ALWAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "pbt_us": ("apt_us", "aust_us", "adet_us", "adot_us", "nodt_us"),
    "pot_us": ("planned_down_us", "apt_us", "aust_us", "adet_us", "adot_us", "nodt_us"),
    "aupt_us": ("apt_us", "aust_us"),
    "aubt_us": ("apt_us", "aust_us", "adet_us"),
    "order_aubt_us": ("order_apt_us", "order_aust_us", "order_adet_us"),
}
_OBSERVED: Final[Mapping[str, tuple[str, ...]]] = {
    "held_us": ("apt_us", "aust_us", "adet_us", "adot_us"),
    "gq": ("good_observed",),
    "sq": ("scrap_observed",),
    "rq": ("rework_observed",),
    "pq": ("good_observed", "scrap_observed", "rework_observed"),
    "pri_pq_ns": ("ideal_ns",),
    "aoet_us": ("order_us",),
    "order_pq": ("order_good", "order_scrap", "order_rework"),
}
_AS_LOSS: Final[Mapping[str, tuple[str, ...]]] = {
    "held_us": ("apt_us", "aust_us", "adet_us", "adot_us", "nodt_us"),
    "gq": ("good_observed", "good_nodt"),
    "sq": ("scrap_observed", "scrap_nodt"),
    "rq": ("rework_observed", "rework_nodt"),
    "pq": ("good_observed", "scrap_observed", "rework_observed", "good_nodt", "scrap_nodt", "rework_nodt"),
    "pri_pq_ns": ("ideal_ns", "ideal_nodt_ns"),
    "aoet_us": ("order_us", "order_nodt_us"),
    "order_pq": (
        "order_good",
        "order_scrap",
        "order_rework",
        "order_good_nodt",
        "order_scrap_nodt",
        "order_rework_nodt",
    ),
}
LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "pbt_us": ("Planned busy time (PBT)", "us"),
    "pot_us": ("Planned operation time (POT)", "us"),
    "aupt_us": ("Processing time (AUPT)", "us"),
    "aubt_us": ("Busy time (AUBT)", "us"),
    "order_aubt_us": ("Busy time of orders (AUBT)", "us"),
    "aoet_us": ("Order execution time (AOET)", "us"),
    "order_pq": ("Produced quantity of orders (PQ)", "{#}"),
    "held_us": ("Planned busy time the ratio is held against", "us"),
    "gq": ("Good quantity (GQ)", "{#}"),
    "sq": ("Scrap quantity (SQ)", "{#}"),
    "rq": ("Rework quantity (RQ)", "{#}"),
    "pq": ("Produced quantity (PQ)", "{#}"),
    "pri_pq_ns": ("Ideal time of the pieces (PRI·PQ)", "ns"),
}


def parts_of(name: str, settings: Settings) -> tuple[str, ...] | None:
    """The columns that a named sum adds up, None for a column itself.

    >>> parts_of("aupt_us", Settings())
    ('apt_us', 'aust_us')
    """
    by_setting = _OBSERVED if settings.no_data == "observed" else _AS_LOSS
    return _ALWAYS.get(name) or by_setting.get(name)


def needed_by(inputs: Iterable[str], settings: Settings) -> tuple[str, ...]:
    """The columns under some named sums, each once: all that a query for a few KPIs has to add up.

    >>> needed_by(("apt_us", "aupt_us"), Settings())
    ('apt_us', 'aust_us')
    """
    parts = (part for name in inputs for part in parts_of(name, settings) or (name,))
    return tuple(dict.fromkeys(parts))


def value_of(name: str, sums: Mapping[str, int], settings: Settings) -> int:
    """A column or a named sum of columns."""
    parts = parts_of(name, settings)
    return sums[name] if parts is None else sum(sums[part] for part in parts)


def time_model(sums: Mapping[str, int], settings: Settings) -> TimeModel:
    """The times of a group in the words of ISO 22400-2."""
    return TimeModel(
        elapsed_us=sums["elapsed_us"],
        not_planned_us=sums["not_planned_us"],
        planned_down_us=sums["planned_down_us"],
        pbt_us=value_of("pbt_us", sums, settings),
        apt_us=sums["apt_us"],
        aust_us=sums["aust_us"],
        adet_us=sums["adet_us"],
        adot_us=sums["adot_us"],
        nodt_us=sums["nodt_us"],
        apt_rated_us=sums["apt_rated_us"],
        aoet_us=value_of("aoet_us", sums, settings),
        order_apt_us=sums["order_apt_us"],
        order_aubt_us=value_of("order_aubt_us", sums, settings),
        no_data=settings.no_data,
    )


def count_model(sums: Mapping[str, int], settings: Settings) -> CountModel:
    """The pieces of a group that a ratio may use."""
    return CountModel(
        gq=value_of("gq", sums, settings),
        sq=value_of("sq", sums, settings),
        rq=value_of("rq", sums, settings),
        pri_pq_ns=value_of("pri_pq_ns", sums, settings),
        order_pq=value_of("order_pq", sums, settings),
    )
