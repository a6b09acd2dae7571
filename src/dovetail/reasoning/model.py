"""What tells why a machine stands: its fault codes and alarms, the rules of the plant, and what is remembered of them.

Pure. Times are µs UTC. A person's word stands above all of this; a fault of the machine stands above a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dovetail.reasoning.changing import Change
from dovetail.tracks.columns import Kind

type Scalar = int | float | bool | str

STARVED_REASON: Final = "external/starved"
BLOCKED_REASON: Final = "external/blocked"
EXTERNAL: Final = frozenset({STARVED_REASON, BLOCKED_REASON})
RANK_LAST: Final = 1_000  # of a fault whose priority nobody declared


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest sample of a tag at a moment; `good` False: there is one, but it must not be believed."""

    value: Scalar | None
    good: bool


ABSENT: Final = Seen(None, good=False)


def written(value: Scalar | None) -> str:
    """A value as plant code writes it as a key: 5 and 5.0 are `5`, True is `true`.

    >>> written(5.0), written(True), written("AUTO")
    ('5', 'true', 'AUTO')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Fault:
    """What one code or alarm stands for. `rank`: of faults that are told at one moment the lowest is the first."""

    code: str
    reason: str
    text: str | None = None
    rank: int = RANK_LAST


@dataclass(frozen=True, slots=True)
class FaultSignal:
    """A tag that tells faults: by its written values each; an alarm tells one, by `true`."""

    tag: int
    faults: Mapping[str, Fault]

    def told(self, seen: Seen) -> Fault | None:
        """The fault that a sample tells; None: it tells none."""
        return self.faults.get(written(seen.value)) if seen.good and seen.value is not None else None


@dataclass(frozen=True, slots=True)
class FaultRule:
    """The machine's own faults. `first_out_us`: so long after the first one, others do not take its place.

    None: what is told at the moment is the reason, and nothing is remembered.
    """

    signals: tuple[FaultSignal, ...]
    first_out_us: int | None = None

    @classmethod
    def of(cls, tag: int, codes: Mapping[str, str]) -> FaultRule:
        """One tag with the reason of each code."""
        return cls((FaultSignal(tag, {code: Fault(code, reason) for code, reason in codes.items()}),))

    @property
    def tags(self) -> tuple[int, ...]:
        """What is read."""
        return tuple(signal.tag for signal in self.signals)


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression that holds or not, of the newest samples alone. `inputs`: the tag of each name; a name without
    one is the state in words of a machine, which whoever asks knows."""

    when: str
    inputs: Mapping[str, int]
    kinds: tuple[tuple[str, Kind], ...]


@dataclass(frozen=True, slots=True)
class ReasonRule:
    """`reason` where a machine stands without one in one of `states` (none: in any), once `condition` has held for
    `for_us`."""

    name: str
    condition: Condition
    reason: str
    for_us: int = 0
    states: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """A fault as it was told: which, over which tag, and when."""

    fault: Fault
    tag: int
    at_us: int


@dataclass(frozen=True, slots=True)
class Remembered:
    """What reasons depend on besides the newest samples: faults that were told since the first one, oldest first, and
    since when conditions have held, by their texts; the last product that was made, and a changeover that goes on."""

    faults: tuple[Told, ...] = ()
    since: Mapping[str, int] = field(default_factory=dict[str, int])
    product: str | None = None
    change: Change | None = None


NOTHING: Final = Remembered()


@dataclass(frozen=True, slots=True)
class Why:
    """A reason and its evidence: `because` is JSON text, None where there is nothing to show."""

    reason: str | None = None
    because: str | None = None
