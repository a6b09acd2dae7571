"""What a work unit did, from when to when, and how many pieces it made; and the rules by which signals say so.

Times are µs UTC. A StateRecord covers [t0, t1), a CountRecord (t0, t1]: a piece finished at the very moment of a
change belongs to what was running until then. State names are PackML's (STANDARDS §5) where the machine has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from dovetail.machinewords.packml import PACKML_STATES
from dovetail.reasoning.changing import Change, ChangeRule
from dovetail.reasoning.model import NOTHING, FaultRule, ReasonRule, Remembered, Seen, Told

NO_DATA: Final = "NO_DATA"  # nobody knows what the work unit did: never the same as idle or stopped
UNKNOWN: Final = "UNKNOWN"  # the work unit said something that nobody has mapped
RUN: Final = "RUN"
STARVED: Final = "STARVED"
BLOCKED: Final = "BLOCKED"
CHANGEOVER: Final = "CHANGEOVER"

STATES: Final = frozenset({*PACKML_STATES.values(), RUN, STARVED, BLOCKED, CHANGEOVER, NO_DATA, UNKNOWN})
MODES: Final = frozenset({"Production", "Maintenance", "Manual", "Setup"})
PRODUCING: Final = frozenset({"Execute", RUN})
COUNTABLE: Final = PRODUCING | {NO_DATA}  # time over which pieces that nobody saw being made are spread

CountKind = Literal["good", "scrap", "rework", "infeed"]
CounterName = Literal["total", "good", "scrap", "rework", "infeed"]
Origin = Literal["counter", "person", "correction"]
Cause = Literal["jump", "swap"]


@dataclass(frozen=True, slots=True)
class StateRecord:
    """What an equipment did in [t0_us, t1_us); t1_us None: still does. Records of one equipment leave no hole.

    `because`: the evidence for the reason, JSON text (ADR 0054); None where nothing gave one.
    """

    equipment_id: int
    t0_us: int
    t1_us: int | None
    state: str
    mode: str
    reason: str | None
    external: bool
    source: Literal["rule", "person"] = "rule"
    known_from: int = 0
    known_to: int | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class CountRecord:
    """`quantity` pieces over (t0_us, t1_us]; negative only in a correction (scrap taken out of a total's good).

    `spread`: the pieces were made in an outage and shared out over time; `at_us` is the reading that told of them.
    """

    equipment_id: int
    t0_us: int
    t1_us: int
    kind: CountKind
    quantity: int
    origin: Origin
    tag_id: int | None
    spread: bool = False
    at_us: int = 0
    known_from: int = 0
    known_to: int | None = None

    @property
    def job_response_id(self) -> None:
        """A counter does not know for which job it counts."""

    @property
    def said(self) -> None:
        """No person says what a counter counts."""


@dataclass(frozen=True, slots=True)
class HeldJump:
    """A counter moved as the machine cannot: `quantity` pieces are shown, not counted, until a person decides."""

    equipment_id: int
    t0_us: int
    t1_us: int
    counter: CounterName
    tag_id: int
    before: int
    after: int
    quantity: int
    cause: Cause
    known_from: int = 0
    known_to: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a work unit does from a moment on, and when to look again if nothing comes (None: only on news).

    `because`: the evidence for the reason. `kept`: what the next decision must know of what was told before.
    """

    state: str
    mode: str = ""
    reason: str | None = None
    external: bool = False
    wake_at_us: int | None = None
    because: str | None = None
    kept: Remembered = NOTHING

    def record(self, equipment_id: int, t0_us: int, t1_us: int | None) -> StateRecord:
        """What a unit did that this was decided of."""
        state, mode, reason, external = self.facts
        return StateRecord(equipment_id, t0_us, t1_us, state, mode, reason, external, because=self.because)

    @property
    def facts(self) -> tuple[str, str, str | None, bool]:
        """What makes one record differ from the next."""
        return (self.state, self.mode, self.reason, self.external)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was known of a work unit at a moment: the newest sample per tag id, and when activity was last seen.

    `raised`: the faults that came up at this very moment, as they arrived. `change`: the changeover that goes on.
    """

    seen: Mapping[int, Seen] = field(default_factory=dict[int, Seen])
    advanced_us: int | None = None
    raised: Sequence[Told] = ()
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class PackmlRule:
    """State and mode as PackML numbers; `modes` names the machine's own from 4 on. `words`: instead of PackML's."""

    state: int
    mode: int | None = None
    modes: Mapping[int, str] = field(default_factory=dict[int, str])
    words: tuple[Mapping[str, str], Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one value of a state signal means."""

    state: str
    mode: str = "Production"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ValueRule:
    """A signal whose values are given a meaning one by one; keys are written values (`3`, `true`, `AUTO`)."""

    tag: int
    meanings: Mapping[str, Meaning]


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """RUN while the signal changed within the last `timeout_us`: for machines that say nothing else."""

    tag: int
    timeout_us: int
    running: str = RUN
    otherwise: str = "Idle"


type StateRule = PackmlRule | ValueRule | ActivityRule


@dataclass(frozen=True, slots=True)
class CounterRule:
    """A counter in the machine. `modulus`: where it rolls over; `max_rate_upm`: what the machine can do at most.

    `scans_us` is twice the scan interval: within it, a reading cannot tell on which side of a change a piece fell.
    """

    name: CounterName
    tag: int
    modulus: int | None = None
    max_rate_upm: float | None = None
    scans_us: int = 500_000


@dataclass(frozen=True, slots=True)
class MachineRules:
    """How the signals of one work unit are read. `cut_tags` (job, product) end a count without ending a state.

    `upstream`, `downstream`: how those of its neighbours are, where a rule asks what they do.
    """

    equipment_id: int
    state: StateRule | None = None
    starved: int | None = None
    blocked: int | None = None
    reason: FaultRule | None = None
    counters: tuple[CounterRule, ...] = ()
    cut_tags: tuple[int, ...] = ()
    change: ChangeRule | None = None
    rules: tuple[ReasonRule, ...] = ()
    upstream: tuple[MachineRules, ...] = ()
    downstream: tuple[MachineRules, ...] = ()

    @property
    def state_tags(self) -> tuple[int, ...]:
        """The tags whose change may change the state."""
        own: tuple[int | None, ...] = ()
        if isinstance(self.state, PackmlRule):
            own = (self.state.state, self.state.mode)
        elif self.state is not None:
            own = (self.state.tag,)
        change = self.change.tag if self.change else None
        wanted = (
            *own,
            self.starved,
            self.blocked,
            change,
            *(self.reason.tags if self.reason else ()),
            *self.asked_tags,
        )
        return tuple(dict.fromkeys(tag for tag in wanted if tag is not None))

    @property
    def asked_tags(self) -> tuple[int, ...]:
        """What the rules read: tags by name, and those that say what a neighbour does."""
        named = (tag for rule in self.rules for tag in rule.condition.inputs.values())
        near = (tag for unit in (*self.upstream, *self.downstream) for tag in unit.state_tags)
        return (*named, *near)

    @property
    def tags(self) -> tuple[int, ...]:
        """Every tag the engine reads for this work unit."""
        counted = (counter.tag for counter in self.counters)
        return tuple(dict.fromkeys((*self.state_tags, *self.cut_tags, *counted)))
