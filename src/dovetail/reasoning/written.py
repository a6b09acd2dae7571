"""What may be written of a machine's faults and of the rules that give its stops their reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from dovetail.core.clock import SECOND_US
from dovetail.core.written import not_bool
from dovetail.expr.limits import TEXT_MAX
from dovetail.reasoning.changing import ChangeRule
from dovetail.reasoning.model import RANK_LAST, Fault, FaultSignal

type StateName = Literal[
    "Clearing", "Stopped", "Starting", "Idle", "Suspended", "Execute", "Stopping", "Aborting", "Aborted", "Holding",
    "Held", "Unholding", "Suspending", "Unsuspending", "Resetting", "Completing", "Complete",
    "RUN", "STARVED", "BLOCKED", "CHANGEOVER", "NO_DATA", "UNKNOWN",
]  # fmt: skip
RULES_MAX: Final = 40  # of one machine; what needs more is a code table
ALARM: Final = "true"
RUNNING: Final = frozenset({"product", "job"})  # internal tags: what runs on the machine


def _alone(value: object) -> object:
    """A code may be given its reason alone: `17: mechanical/jam` is `17: {reason: mechanical/jam}`."""
    return {"reason": value} if isinstance(value, str) else value


Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Seconds = Annotated[float, BeforeValidator(not_bool), Field(gt=0, le=86_400, allow_inf_nan=False)]
Waiting = Annotated[float, BeforeValidator(not_bool), Field(ge=0, le=86_400, allow_inf_nan=False)]
Rank = Annotated[int, BeforeValidator(not_bool), Field(ge=1, lt=RANK_LAST)]
Rate = Annotated[float, BeforeValidator(not_bool), Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Few = Annotated[int, BeforeValidator(not_bool), Field(ge=1, le=1_000)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_MAX)]


class Entry(BaseModel):
    """Base of everything that may be written: what the schema does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FaultEntry(Entry):
    """What a code or an alarm of the machine stands for."""

    reason: Name
    text: Words | None = Field(default=None, description="the machine's own words for it")
    priority: Rank | None = Field(default=None, description="of faults told at one moment the lowest is the first")

    def fault(self, code: str) -> Fault:
        """As it is read."""
        return Fault(code, self.reason, self.text, self.priority or RANK_LAST)


type Faults = dict[str, Annotated[FaultEntry, BeforeValidator(_alone)]]


class FaultsEntry(Entry):
    """The machine's own stop or fault codes, a tag that tells one of them or alarms that tell one each."""

    tag: Name | None = Field(default=None, description="tells the code: a number or a text, 0 where there is none")
    map: Faults = Field(default={}, description="the reason each code of the tag stands for")
    alarms: Faults = Field(default={}, description="the reason each of these tags stands for while it is true")
    first_out_s: Seconds | None = Field(
        default=None,
        description="the first fault of a stop is its reason; others within so many seconds are kept beside it",
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.tag is None and self.map:
            raise ValueError("a map of codes needs the tag that tells them")
        if self.tag is None and not self.alarms:
            raise ValueError("give a tag that tells codes, or alarms")
        return self

    @property
    def first_out_us(self) -> int | None:
        """The window in µs."""
        return None if self.first_out_s is None else round(self.first_out_s * SECOND_US)

    def signals(self, ids: Mapping[str, int]) -> tuple[FaultSignal, ...]:
        """Those of the tags that are there, as they are read."""
        codes = {code: said.fault(code) for code, said in self.map.items()}
        told = [FaultSignal(ids[self.tag], codes)] if self.tag is not None and self.tag in ids else []
        told += [
            FaultSignal(ids[tag], {ALARM: said.fault(tag), "1": said.fault(tag)})
            for tag, said in self.alarms.items()
            if tag in ids
        ]
        return tuple(told)

    def tags(self) -> Iterator[tuple[tuple[str, ...], str, str]]:
        """(where, tag, what for) of each; `where` begins below this entry."""
        if self.tag is not None:
            yield ("tag",), self.tag, "value"
        yield from ((("alarms", tag), tag, "contact") for tag in self.alarms)

    def reasons(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """(where, reason) of each."""
        for field, faults in (("map", self.map), ("alarms", self.alarms)):
            yield from (((field, code), said.reason) for code, said in faults.items())


class ChangeoverEntry(Entry):
    """When another product begins, and when the machine makes it as it should: the time between is CHANGEOVER."""

    by: Name = Field(default="product", description="what says it: product or job of the run, or a tag")
    good: Few = Field(default=1, description="good pieces of the new product that end it")
    rate_upm: Rate | None = Field(default=None, description="and the last so many good pieces came at least so fast")
    reason: Name | None = Field(default=None, description="the reason its time is given")
    at_most_s: Seconds = Field(default=28_800.0, description="it is over after so many seconds in any case")

    @property
    def tag(self) -> str | None:
        """The tag of the machine that says it; None: what runs does."""
        return None if self.by in RUNNING else self.by

    def rule(self, ids: Mapping[str, int]) -> ChangeRule | None:
        """As it is looked for; None where the tag is not there."""
        if self.by not in ids:
            return None
        return ChangeRule(ids[self.by], self.good, self.rate_upm, self.reason, round(self.at_most_s * SECOND_US))


class SlowRunningEntry(Entry):
    """When a machine that runs is too slow: fewer pieces than this share of the standard rate, for so long."""

    below: Annotated[float, BeforeValidator(not_bool), Field(gt=0, le=1)] = Field(
        description="a share of the standard rate: 0.85"
    )
    for_s: Annotated[float, BeforeValidator(not_bool), Field(ge=60, le=28_800, allow_inf_nan=False)] = Field(
        default=300.0, description="it must have been slower for so many seconds, a minute at least"
    )


class RuleEntry(Entry):
    """A reason for the stops that no person and no fault of the machine gives one."""

    when: Expression = Field(
        description="an expression that is true or false, of tags and of own_state, upstream_state, downstream_state"
    )
    for_s: Waiting = Field(default=0.0, description="it must have held for so many seconds")
    reason: Name
    states: tuple[StateName, ...] = Field(default=(), description="in which it may speak; default: whenever it stands")
