"""OPC 40001-1 Machinery: the state of an item and its mode of operation, and what a work unit does by them.

Executing is production (APT in Processing, setup in Setup); OutOfService is a fault (ADET); NotExecuting waits;
NotAvailable is off, which inside planned busy time is down time (STANDARDS §3 after Annex C.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

type ItemState = Literal["NotAvailable", "OutOfService", "NotExecuting", "Executing"]
type OperationMode = Literal["None", "Maintenance", "Setup", "Processing"]

STATES: Final[Mapping[str, str]] = {
    "NotAvailable": "Stopped",
    "OutOfService": "Aborted",
    "NotExecuting": "Idle",
    "Executing": "RUN",
}
MODES: Final[Mapping[str, str]] = {
    "None": "Production",
    "Processing": "Production",
    "Setup": "Setup",
    "Maintenance": "Maintenance",
}
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class MachineryEntry(BaseModel):
    """State and mode as OPC 40001-1 names them; `states` and `modes` name a server's numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Name
    mode: Name | None = None
    states: dict[str, ItemState] = Field(default={}, description="e.g. {3: Executing}, where the tag is a number")
    modes: dict[str, OperationMode] = Field(default={}, description="e.g. {2: Setup}, where the tag is a number")

    @property
    def words(self) -> tuple[dict[str, str], dict[str, str]]:
        """(state, mode) of a work unit by the value as written: the standard's names, and the numbers given here."""
        states = dict(STATES) | {value: STATES[name] for value, name in self.states.items()}
        return states, dict(MODES) | {value: MODES[name] for value, name in self.modes.items()}
