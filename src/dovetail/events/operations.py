"""What happened in operations that somebody may want to be told of: ISA-95's OperationsEvent, in the event log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class OperationsEvent:
    """A point in time with a meaning (ISA-95 part 2). `kind` is what others subscribe to, as `connection.down`.

    `at_us`: since when it is so. `source` is what it is about, `equipment` the ids it concerns, `message` a sentence
    for people, `associated_id` the event that this one answers, `data` what programs read.
    """

    id: str
    kind: str
    type: Literal["Event", "Alert", "Alarm"]
    at_us: int
    source: str
    equipment: tuple[int, ...]
    message: str
    associated_id: str | None = None
    data: Mapping[str, str | int | float | bool | None] = field(
        default_factory=dict[str, str | int | float | bool | None]
    )
