"""A report that was frozen: what was asked, what was answered, and what of it is another answer today. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from dovetail.core.scope import Scope

VIEW: Final = "plant.view"

type View = Literal["kpis", "losses", "stops"]


@dataclass(frozen=True, slots=True)
class Report:
    """[from_us, to_us) of an equipment as known at `as_of`. `digest` is the SHA-256 of what was answered.

    `sees`: the equipment whose ledgers it shows; who does not see them all is not shown it. `back_*`: withdrawn.
    """

    id: int
    name: str
    view: View
    equipment_id: int
    sees: tuple[int, ...]
    from_us: int
    to_us: int
    as_of: int
    note: str | None
    by_id: str
    by_name: str
    at_us: int
    known: int
    digest: str
    back_by: str | None = None
    back_us: int | None = None

    def shown_to(self, scope: Scope) -> bool:
        """Whether somebody sees everything that it tells of."""
        return all(scope.sees(VIEW, one) for one in (self.equipment_id, *self.sees))


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a report: what it is, its name, and its unit (`us`, `{#}`, or that of its KPI)."""

    key: str
    label: str
    unit: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure as it was frozen and as it is today; `frozen` or `now` None: it has no value, or is not there."""

    key: str
    label: str
    unit: str
    frozen: float | None
    now: float | None

    @property
    def difference(self) -> float | None:
        """Today's less the frozen one."""
        return None if self.frozen is None or self.now is None else self.now - self.frozen

    @property
    def differs(self) -> bool:
        """Whether it is another figure today."""
        return self.frozen != self.now


def sealed(content: Mapping[str, Any]) -> tuple[str, str]:
    """(text, digest) of an answer: the same answer has the same text."""
    text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return text.decode(), digest_of(text.decode())


def digest_of(text: str) -> str:
    """The SHA-256 of a text, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def figures_of(content: Mapping[str, Any]) -> list[Figure]:
    """The figures of an answer, in the order in which a page shows them."""
    return list({"kpis": _kpis, "losses": _losses, "stops": _stops}[content["view"]](content["answer"]))


def _kpis(answer: Mapping[str, Any]) -> Iterable[Figure]:
    yield from (Figure(f"kpi:{one['id']}", one["name"], one["unit"], one["value"]) for one in answer["kpis"])
    yield from (Figure(f"count:{kind}", kind, "{#}", number) for kind, number in answer["counts"].items())
    yield from (Figure(f"time:{name}", name, "us", us) for name, us in answer["times"].items())


def _losses(answer: Mapping[str, Any]) -> Iterable[Figure]:
    yield from (Figure(f"all:{name}", name, "us", answer[name]) for name in ("busy_us", "no_data_us", "lost_us"))
    for bar in answer["bars"]:
        name = bar["reason"] or "-"
        yield Figure(f"time:{name}", name, "us", bar["us"])
        yield Figure(f"stops:{name}", name, "{#}", bar["stops"])


def _stops(answer: Mapping[str, Any]) -> Iterable[Figure]:
    for stop in answer["stops"]:
        said = stop["reason"] or stop["state"]
        yield Figure(
            f"{stop['equipment']} {stop['start']} {said}",
            f"{stop['start']} {stop['equipment']} {said}",
            "us",
            stop["us"],
        )


def compared(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> list[Compared]:
    """Every figure of both answers, those of the frozen one first."""
    was, is_now = ({one.key: one for one in figures_of(content)} for content in (frozen, now))
    found: list[Compared] = []
    for key, one in (is_now | was).items():
        then, today = (None if key not in side else side[key].value for side in (was, is_now))
        found.append(Compared(key, one.label, one.unit, then, today))
    order = {key: place for place, key in enumerate([*was, *(key for key in is_now if key not in was)])}
    return sorted(found, key=lambda one: order[one.key])
