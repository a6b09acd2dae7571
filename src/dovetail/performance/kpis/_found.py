"""The KPIs of an installation, its plant's own too: one that cannot be used is named and takes no other away."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from dovetail.core import plugins
from dovetail.core.errors import ConfigError
from dovetail.ledger.columns import BY_NAME
from dovetail.ledger.named import parts_of
from dovetail.ledger.timeclass import Settings
from dovetail.performance.model import CountModel, Kpi, TimeModel

FOLDER: Final = "dovetail.performance.kpis"

log = logging.getLogger(__name__)
_told: set[tuple[str, str]] = set()  # faults that the log knows


@dataclass(frozen=True, slots=True)
class Found:
    """KPIs by id; and by the name under which a package offers it, what is wrong with one and who can mend it."""

    kpis: dict[str, Kpi] = field(default_factory=dict[str, Kpi])
    broken: dict[str, str] = field(default_factory=dict[str, str])


@cache
def found() -> Found:
    """What the folder and other packages offer, looked up once."""
    all_of_them = Found()
    for name in plugins.names(FOLDER):
        try:
            kpi = plugins.load(FOLDER, name)
        except ConfigError as error:
            if error.code != "plugin-empty":
                all_of_them.broken[name] = _named(name, f"{error.message} ({error.hint})")
            continue
        if not isinstance(kpi, Kpi):
            all_of_them.broken[name] = _named(name, f"{name} is no Kpi: its maker has to name one in the entry point")
        elif unknown := [one for one in kpi.inputs if not (one in BY_NAME or parts_of(one, Settings()))]:
            why = f"{name} asks for {', '.join(unknown)}, which the ledger does not have: its maker has to name others"
            all_of_them.broken[name] = _named(name, why)
        elif kpi.id != name:
            why = f"{name} has the id {kpi.id}: its maker has to give the entry point that name"
            all_of_them.broken[name] = _named(name, why)
        else:
            all_of_them.kpis[name] = kpi
    return all_of_them


def catalogue() -> Mapping[str, Kpi]:
    """The KPIs of this installation by id."""
    return found().kpis


def computed(kpi: Kpi, time: TimeModel, count: CountModel) -> tuple[float | None, str | None]:
    """(its value, what is wrong with its formula): None where it has no denominator, or where the formula fails."""
    try:
        value = kpi.compute(time, count)
        if value is None or math.isfinite(value):
            return value, None
        why = f"{value} is no figure"
    except Exception as fault:  # whatever somebody's formula does
        why = f"{type(fault).__name__}: {fault}"
    return None, _named(kpi.id, f"the formula of {kpi.id} fails ({why}): ask whoever made it")


def _named(name: str, why: str) -> str:
    if (name, why) not in _told:
        _told.add((name, why))
        log.warning("KPI %s", why)
    return why
