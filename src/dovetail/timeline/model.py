"""What a person said of an equipment's past, and the state record that comes of it.

A TimelineEdit is a fact: it is kept for ever, only superseded or withdrawn, with who, when and why. It says something
inside its [t0_us, t1_us) and nothing elsewhere. What is left unsaid stays as the signals, or older edits, have it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from dovetail.accord.model import What
from dovetail.core.clock import DAY_US, SECOND_US

PRODUCING: Final = frozenset({"Execute", "RUN"})
NO_KNOWLEDGE: Final = frozenset({"NO_DATA", "UNKNOWN"})
NOT_PRODUCING_MODES: Final = frozenset({"Setup", "Maintenance", "Manual"})  # a run in them makes no product
NO_DATA: Final = "NO_DATA"

EDIT_LONGEST_US: Final = 31 * DAY_US  # a month by hand is a report of its own; a longer entry is a mistyped date
ENTRY_LAG_US: Final = 5 * SECOND_US  # so long may a signal be under way: what ended since then a person cannot know


@dataclass(frozen=True, slots=True)
class Edit:
    """One TimelineEdit as it holds. `t1_us` None: its stop has not ended.

    `is_open`: it was said of what was still going on, and holds until that ends or something else is said.
    `says_reason`, `says_comment`: whether it speaks of them at all (None is an answer too); `state` None: it does not.
    `evidence`: a digest of what the signals said under it up to `evidence_us` when it was made; `seen_reason` the
    reason they gave. `known`: when it was said; `known_from` moves when the end of an open one becomes known.
    """

    edit_id: int
    equipment_id: int
    t0_us: int
    t1_us: int | None
    what: What
    is_open: bool
    state: str | None
    mode: str | None
    says_reason: bool
    reason: str | None
    external: bool
    says_comment: bool
    comment: str | None
    by_id: str
    by_name: str
    at_us: int
    why: str | None
    evidence: str
    evidence_us: int
    seen_reason: str | None
    known: int
    withdrawn: bool = False
    known_from: int = field(default=0, compare=False)  # two revisions that say the same are the same
    known_to: int | None = field(default=None, compare=False)

    def touches(self, from_us: int, to_us: int | None) -> bool:
        """Whether it says anything of [from_us, to_us)."""
        return (to_us is None or self.t0_us < to_us) and (self.t1_us is None or self.t1_us > from_us)


@dataclass(frozen=True, slots=True)
class StateRecord:
    """What an equipment did in [t0_us, t1_us), signals and people together; t1_us None: still does.

    `edit` is the newest edit that speaks here; None: what the signals say stands alone. `because`: the evidence for a
    reason that signals gave (ADR 0054).
    """

    equipment_id: int
    t0_us: int
    t1_us: int | None
    state: str
    mode: str
    reason: str | None
    external: bool
    source: Literal["rule", "person"] = "rule"
    comment: str | None = None
    edit: Edit | None = None
    because: str | None = field(default=None, compare=False)

    @property
    def produces(self) -> bool:
        """Whether product was made: a run in a production mode."""
        return self.state in PRODUCING and self.mode not in NOT_PRODUCING_MODES

    @property
    def is_known(self) -> bool:
        """Whether anybody knows what it did."""
        return self.state not in NO_KNOWLEDGE

    @property
    def face(self) -> tuple[object, ...]:
        """What makes one record differ from the next."""
        edit_id = None if self.edit is None else self.edit.edit_id
        return (edit_id, self.state, self.mode, self.reason, self.external, self.comment)


def said_in(version: str) -> int | None:
    """The newest word of people that whoever was shown this version knew; None: no version of ours.

    >>> said_in("17-0a1b2c3d"), said_in("?")
    (17, None)
    """
    number, _, rest = version.partition("-")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 and rest else None
