"""From what a work unit did to the time it counts as: the table of STANDARDS §1 as data, first match wins.

Each named setting stands beside every number it bears on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from dovetail.core.clock import SECOND_US
from dovetail.ledger.model import Plan, TimeClass

RUNNING: Final = frozenset({"Execute", "RUN"})
NO_KNOWLEDGE: Final = frozenset({"NO_DATA", "UNKNOWN", "Undefined"})
FAULTED: Final = frozenset({"Clearing", "Stopping", "Aborting", "Aborted"})
SETTING_UP: Final = frozenset({"CHANGEOVER"})
NOT_PRODUCING: Final = frozenset({"Setup", "Maintenance", "Manual"})  # modes in which a run is no production


@dataclass(frozen=True, slots=True)
class Settings:
    """The conventions of an installation, each by name (STANDARDS §1).

    `no_data`: ratios leave time without knowledge out (`observed`) or count it as lost (`as_loss`).
    `unplanned_run`: a run outside planned busy time makes it busy (`extend`) or stays outside all ratios (`apart`).
    `micro_stop`: a stop of at most `micro_stop_us` is a delay (ISO) or stays in run time (`speed`, classic).
    `pbt`: planned busy time comes from the calendar alone, or asks for a job as well.
    `failures`: mean times divide by the failures and one (ISO 22400-2), or by the failures alone.
    `line`: whose figures they are: the constraint's (and those of what has no line above), or the sums over its units.
    """

    no_data: Literal["observed", "as_loss"] = "observed"
    unplanned_run: Literal["extend", "apart"] = "extend"
    micro_stop: Literal["delay", "speed"] = "delay"
    micro_stop_us: int = 120 * SECOND_US
    pbt: Literal["calendar", "calendar_and_job"] = "calendar"
    failures: Literal["plus_one", "per_failure"] = "plus_one"
    line: Literal["constraint", "aggregate"] = "constraint"

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Settings:
        """Those of what the plant code says; what it leaves out is as ISO 22400-2 has it.

        >>> Settings.of({"micro_stop_s": 30.0, "micro_stop": "speed"}).say(("micro_stop", "failures"))
        'micro_stop: speed · failures: plus_one'
        """
        named = {name: value for name, value in said.items() if name != "micro_stop_s"}
        longest = {"micro_stop_us": round(said["micro_stop_s"] * SECOND_US)} if "micro_stop_s" in said else {}
        return cls(**named, **longest)

    def of_unit(self, states: Mapping[str, Any] | None) -> Settings:
        """Those of a machine, whose `states` (or its class's) may say how long a short stop of it may be.

        >>> Settings().of_unit({"micro_stop_s": 30.0}).micro_stop_us
        30000000
        """
        longest_s = (states or {}).get("micro_stop_s")
        return self if longest_s is None else replace(self, micro_stop_us=round(longest_s * SECOND_US))

    def say(self, names: tuple[str, ...]) -> str:
        """The named conventions as they stand beside a number.

        >>> Settings().say(("no_data", "pbt"))
        'no_data: observed · pbt: calendar'
        """
        said = (*names, "line") if self.line == "aggregate" else names
        return " · ".join(f"{name}: {getattr(self, name)}" for name in said)


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the class of an instant depends on. `category` is that of the reason; `stop_us` how long the whole stop
    lasts that it belongs to (None: it has not ended)."""

    plan: Plan
    state: str
    mode: str
    category: str | None
    has_job: bool
    stop_us: int | None = None


@dataclass(frozen=True, slots=True)
class Classified:
    """What an instant counts as. `unplanned`: it ran although the plan did not ask for it."""

    plan: Plan
    cls: TimeClass
    unplanned: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: the state, the mode or the category it names, and the job it asks for."""

    cls: TimeClass
    states: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    job: bool | None = None

    def matches(self, seen: Situation) -> bool:
        """Whether the row speaks of this situation: by its state, mode or reason category, and by the job."""
        named = self.states or self.modes or self.categories
        by_name = seen.state in self.states or seen.mode in self.modes or (seen.category or "") in self.categories
        return (not named or by_name) and (self.job is None or self.job == seen.has_job)


# Inside BUSY, after "it produces" (row 3, `produces`): rows 1, 2 and 4 to 6 of STANDARDS §1.
BEFORE_RUN: Final[tuple[Rule, ...]] = (
    Rule("NODT", states=NO_KNOWLEDGE),
    Rule("AUST", states=SETTING_UP, modes=frozenset({"Setup"}), categories=frozenset({"setup"})),
)
AFTER_RUN: Final[tuple[Rule, ...]] = (
    Rule("ADET", states=FAULTED, categories=frozenset({"failure"})),
    Rule("ADET", job=True),
    Rule("ADOT"),
)


def produces(seen: Situation) -> bool:
    """Row 3: PackML Execute in a production mode, or a run found by a rule; not while it is being set up.

    >>> produces(Situation("BUSY", "Execute", "Manual", None, has_job=True))
    False
    """
    running = seen.state in RUNNING and seen.mode not in NOT_PRODUCING
    return running and not any(rule.matches(seen) for rule in BEFORE_RUN)


def classify(seen: Situation, settings: Settings) -> Classified:
    """What an instant counts as, and the plan that holds for it (calendar, planned-stop reasons, settings)."""
    plan = _plan(seen, settings)
    if plan != "BUSY" and produces(seen):
        return Classified("BUSY", "APT", True) if settings.unplanned_run == "extend" else Classified(plan, plan, True)
    if plan != "BUSY":
        return Classified(plan, plan)
    return Classified(plan, _busy_class(seen, settings))


def _plan(seen: Situation, settings: Settings) -> Plan:
    """A planned-stop reason makes busy time planned down; a plan that asks for jobs has none without one."""
    if seen.plan != "BUSY":
        return seen.plan
    if seen.category == "planned":
        return "PLANNED_DOWN"
    return "BUSY" if seen.has_job or settings.pbt == "calendar" else "NOT_PLANNED"


def _busy_class(seen: Situation, settings: Settings) -> TimeClass:
    for rule in BEFORE_RUN:
        if rule.matches(seen):
            return rule.cls
    if produces(seen):
        return "APT"
    if settings.micro_stop == "speed" and is_short(seen.stop_us, settings):
        return "APT"
    return next(rule.cls for rule in AFTER_RUN if rule.matches(seen))


def is_short(stop_us: int | None, settings: Settings) -> bool:
    """Whether a stop is a short one; nobody knows that of one that has not ended."""
    return stop_us is not None and stop_us <= settings.micro_stop_us


def stands(seen: Situation) -> bool:
    """It is known not to produce, is not being set up, and nobody planned it: it is part of a stop.

    >>> [stands(Situation("BUSY", name, "", None, has_job=True)) for name in ("Held", "RUN", "CHANGEOVER", "NO_DATA")]
    [True, False, False, False]
    """
    return not produces(seen) and seen.category != "planned" and not any(rule.matches(seen) for rule in BEFORE_RUN)


def fails(seen: Situation) -> bool:
    """Row 4: it stands because of a fault of its own.

    >>> [fails(Situation("BUSY", "Held", "", category, has_job=True)) for category in ("failure", "other")]
    [True, False]
    """
    return stands(seen) and AFTER_RUN[0].matches(seen)
