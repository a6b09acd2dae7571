"""What people send when they say something of a timeline: each kind of edit as it is asked for."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, Field, StringConstraints

from dovetail.accord.model import What
from dovetail.operations.operation import Input

EDITS_AT_ONCE_MAX: Final = 200  # more stops than a line has in a shift; a longer answer holds the writer too long

Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Moment = Annotated[str, Field(description="RFC 3339 with offset")]
Seen = Annotated[str | None, Field(description="the version of the stop that was shown; others' words since: 409")]

Yields = Annotated[bool, Field(description="what stands goes on to stand; this is kept in the history only")]
Beside = Annotated[str | None, Field(description="the version seen first: what others said since goes on to stand")]


class Saying(Input):
    """What is said. A field that is left out stays as it is; null takes it away."""

    reason: Key | None = Field(default=None, description="`group/code`: with all above it")
    state: Key | None = Field(default=None, description="a state by hand, as `RUN` or `Held`")
    mode: Key | None = None
    comment: Words | None = None
    why: Words | None = Field(default=None, description="why this is said now, for the audit")


class EditTime(Saying):
    """[start, end) of an equipment did this; `end` null: it still does."""

    equipment_id: int
    start: Moment
    end: Moment | None = None
    what: What | None = Field(default=None, description="default: from what is said")
    seen: Seen = None
    yields: Yields = False
    beside: Beside = None


class StopRef(Input):
    """One of several stops that are answered at once."""

    equipment_id: int
    start: Moment
    end: Moment | None = None
    seen: Seen = None


class EditMany(Saying):
    """Several stops have one reason; `equipment_id` is the machine, or the line they are all on."""

    equipment_id: int
    stops: tuple[StopRef, ...] = Field(min_length=1, max_length=EDITS_AT_ONCE_MAX)


class SplitStop(Saying):
    """From `at` on it was something else; without a word about it, only the cut is kept."""

    equipment_id: int
    at: Moment
    seen: Seen = None
    yields: Yields = False
    beside: Beside = None


class Withdraw(Input):
    """These edits no longer hold: what the signals, or older edits, say stands again."""

    equipment_id: int
    edit_ids: tuple[int, ...] = Field(min_length=1, max_length=EDITS_AT_ONCE_MAX)


class Said(BaseModel):
    """The edits that were made or withdrawn."""

    edit_ids: list[int]
