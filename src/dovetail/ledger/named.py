"""Sums of columns that have a name of their own in ISO 22400-2: PBT, AUPT, PQ and their kin, and what they add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from dovetail.ledger.timeclass import Settings

# Which parts apply may depend on `no_data`.
_ALWAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "pbt_us": ("apt_us", "aust_us", "adet_us", "adot_us", "nodt_us"),
    "pot_us": ("planned_down_us", "apt_us", "aust_us", "adet_us", "adot_us", "nodt_us"),
    "aupt_us": ("apt_us", "aust_us"),
    "aubt_us": ("apt_us", "aust_us", "adet_us"),
    "order_aubt_us": ("order_apt_us", "order_aust_us", "order_adet_us"),
    "stopped_short_us": ("short_us", "short_run_us"),
    # pieces of time without knowledge stay out of ratios whatever `no_data` says: counted against production time,
    # in which they were not made, they would win back the time that is lost
    "gq": ("good_observed",),
    "sq": ("scrap_observed",),
    "rq": ("rework_observed",),
    "pq": ("good_observed", "scrap_observed", "rework_observed"),
    "pri_pq_ns": ("ideal_ns",),
    "pri_gq_ns": ("ideal_good_ns",),
    "pbt_mu": ("busy_mu", "theoretical_nodt_mu"),
}
_OBSERVED: Final[Mapping[str, tuple[str, ...]]] = {
    "held_us": ("apt_us", "aust_us", "adet_us", "adot_us"),
    "aoet_us": ("order_us",),
    "held_mu": ("busy_mu",),
    "held_rated_us": ("busy_rated_us",),
    "order_pq": ("order_good", "order_scrap", "order_rework"),
}
_AS_LOSS: Final[Mapping[str, tuple[str, ...]]] = {
    "held_us": ("apt_us", "aust_us", "adet_us", "adot_us", "nodt_us"),
    "aoet_us": ("order_us", "order_nodt_us"),
    "held_mu": ("busy_mu", "theoretical_nodt_mu"),
    "held_rated_us": ("busy_rated_us", "nodt_rated_us"),
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
    "stopped_short_us": ("All short stops", "us"),
    "held_mu": ("Pieces at the standard rate in planned busy time, thousandths", "m{#}"),
    "pbt_mu": ("Pieces at the standard rate in all planned busy time, thousandths", "m{#}"),
    "held_rated_us": ("Planned busy time with a rate", "us"),
    "order_aubt_us": ("Busy time of orders (AUBT)", "us"),
    "aoet_us": ("Order execution time (AOET)", "us"),
    "order_pq": ("Produced quantity of orders (PQ)", "{#}"),
    "held_us": ("Planned busy time the ratio is held against", "us"),
    "gq": ("Good quantity (GQ)", "{#}"),
    "sq": ("Scrap quantity (SQ)", "{#}"),
    "rq": ("Rework quantity (RQ)", "{#}"),
    "pq": ("Produced quantity (PQ)", "{#}"),
    "pri_pq_ns": ("Ideal time of the pieces (PRI·PQ)", "ns"),
    "pri_gq_ns": ("Ideal time of the good pieces (PRI·GQ)", "ns"),
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
