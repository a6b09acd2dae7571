"""What is asked of the tags of a plant, and what one of them is used for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dovetail.core.batch import Kind

type Grade = Literal["good", "uncertain", "bad"]
type Sort = Literal["property", "equipment", "value", "quality", "ts", "device", "address", "connection"]
type Use = Literal["state", "mode", "starved", "blocked", "reason", "counter", "product", "order", "job"]

INTERNAL = "-"  # where a connection is asked for: tags that are read over none


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tags, and in which order. `text`: parts that path or address hold; None: whatever it is."""

    equipment: int | None = None
    connection: str | None = None
    text: str = ""
    grade: Grade | None = None
    kind: Kind | None = None
    sort: Sort = "equipment"
    down: bool = False

    @property
    def is_live(self) -> bool:
        """Whether the answer changes with every value."""
        return self.grade is not None or self.is_by_newest

    @property
    def is_by_newest(self) -> bool:
        """Whether the order does."""
        return self.sort in ("value", "quality", "ts", "device")


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing that a tag is read for, and the equipment whose mapping says so; `counter`: which of its pieces."""

    use: Use
    equipment_id: int
    counter: str | None = None
