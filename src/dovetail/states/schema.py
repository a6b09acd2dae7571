"""What may be written about a machine's states, counters and reasons in a plant's files."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from dovetail.core.limits import MICRO_STOP_MAX_S
from dovetail.core.written import not_bool
from dovetail.machinewords.machinery import MachineryEntry
from dovetail.reasoning.written import (
    RULES_MAX,
    ChangeoverEntry,
    Entry,
    FaultsEntry,
    Name,
    Rate,
    RuleEntry,
    Seconds,
    SlowRunningEntry,
    StateName,
)

type ModeName = Literal["Production", "Maintenance", "Manual", "Setup"]


def _text(value: object) -> object:
    """A reason in a value map may be given alone: `3: Held` is `3: {state: Held}`."""
    return {"state": value} if isinstance(value, str) else value


Whole = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,18}$")]
Modulus = Annotated[int, BeforeValidator(not_bool), Field(ge=2, le=2**64)]


class PackmlEntry(Entry):
    """State and mode are PackML's numbers (ISA-TR88.00.02); `modes` names the machine's own modes from 4 on."""

    state: Name
    mode: Name | None = None
    modes: dict[Whole, ModeName] = Field(default={})


class MeaningEntry(Entry):
    """What one value means."""

    state: StateName
    mode: ModeName = "Production"
    reason: Name | None = None


class ValuesEntry(Entry):
    """A tag whose values are given their meaning one by one."""

    tag: Name
    map: dict[str, Annotated[MeaningEntry, BeforeValidator(_text)]] = Field(min_length=1)


class ActivityEntry(Entry):
    """RUN while the tag moved within the last `timeout_s` seconds."""

    tag: Name
    timeout_s: Seconds
    running: StateName = "RUN"
    otherwise: StateName = "Idle"


class StatesEntry(Entry):
    """How a machine's signals say what it does: one of packml, machinery, values, activity; or by_hand: people do."""

    packml: PackmlEntry | None = None
    machinery: MachineryEntry | None = None
    values: ValuesEntry | None = None
    activity: ActivityEntry | None = None
    by_hand: Literal[True] | None = None
    starved: Name | None = None
    blocked: Name | None = None
    reason: FaultsEntry | None = None
    rules: dict[Name, RuleEntry] = Field(default={}, max_length=RULES_MAX, description="the first that speaks counts")
    reasons: tuple[Name, ...] = Field(
        default=(), description="offered here, each with all below it, as `group/code`; default: all"
    )
    changeover: ChangeoverEntry | None = None
    slow_running: SlowRunningEntry | None = None
    micro_stop_s: Seconds | None = Field(default=None, le=MICRO_STOP_MAX_S, description="default: the convention")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.packml, self.machinery, self.values, self.activity, self.by_hand)) != 1:
            raise ValueError("give exactly one of packml, machinery, values, activity and by_hand")
        return self


class CounterEntry(Entry):
    """A counter in the machine: where it rolls over, and how fast the machine can be at most."""

    tag: Name
    modulus: Modulus | None = None
    max_rate_upm: Rate | None = None
    unit: Name | None = Field(default=None, description="what it counts in; default: the unit of the product that runs")


class CountersEntry(Entry):
    """What is counted. Of total, good and scrap two give the third, so the three together say one thing twice."""

    total: CounterEntry | None = None
    good: CounterEntry | None = None
    scrap: CounterEntry | None = None
    rework: CounterEntry | None = None
    infeed: CounterEntry | None = None

    @model_validator(mode="after")
    def _not_twice(self) -> Self:
        if self.total and self.good and self.scrap:
            raise ValueError("total, good and scrap together say one thing twice: leave one out")
        return self


def tags_in(states: StatesEntry | None, counters: CountersEntry) -> list[tuple[tuple[str, ...], str, str]]:
    """(where, tag, what for) of every tag that a mapping names; `where` begins at `states` or `counters`."""
    found: list[tuple[tuple[str, ...], str | None, str]] = []
    if states is not None:
        if states.packml:
            found.append((("states", "packml", "state"), states.packml.state, "number"))
            found.append((("states", "packml", "mode"), states.packml.mode, "number"))
        if states.machinery:
            found.append((("states", "machinery", "state"), states.machinery.state, "value"))
            found.append((("states", "machinery", "mode"), states.machinery.mode, "value"))
        if states.values:
            found.append((("states", "values", "tag"), states.values.tag, "value"))
        if states.activity:
            found.append((("states", "activity", "tag"), states.activity.tag, "count"))
        found.append((("states", "starved"), states.starved, "contact"))
        found.append((("states", "blocked"), states.blocked, "contact"))
        if states.changeover and states.changeover.tag:
            found.append((("states", "changeover", "by"), states.changeover.tag, "value"))
        if states.reason:
            found += [(("states", "reason", *where), tag, use) for where, tag, use in states.reason.tags()]
    for name, counter in counters:
        if isinstance(counter, CounterEntry):
            found.append((("counters", name, "tag"), counter.tag, "count"))
    return [(where, tag, use) for where, tag, use in found if tag is not None]


def reasons_in(states: StatesEntry | None) -> list[tuple[tuple[str, ...], str]]:
    """(where, reason) of every reason that a mapping names."""
    found: list[tuple[tuple[str, ...], str]] = []
    found += [(("states", "reasons", str(n)), reason) for n, reason in enumerate(states.reasons if states else ())]
    if states is not None and states.values:
        named = ((key, meaning.reason) for key, meaning in states.values.map.items())
        found += [(("states", "values", "map", key, "reason"), reason) for key, reason in named if reason]
    if states is not None and states.reason:
        found += [(("states", "reason", *where), reason) for where, reason in states.reason.reasons()]
    if states is not None and states.changeover and states.changeover.reason:
        found.append((("states", "changeover", "reason"), states.changeover.reason))
    if states is not None:
        found += [(("states", "rules", name, "reason"), rule.reason) for name, rule in states.rules.items()]
    return found


def parsed(states: object, counters: Any) -> tuple[StatesEntry | None, CountersEntry]:
    """The mappings of an equipment that was validated when it was applied."""
    read = None if not states else StatesEntry.model_validate(states)
    return read, CountersEntry.model_validate(counters or {})
