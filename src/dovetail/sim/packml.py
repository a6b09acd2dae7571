"""What a PackML machine may say and in which order: state and mode numbers, stop reasons, legal moves.

Numbers of ISA-TR88.00.02 (2015). The moves are those of the OPC UA nodeset; Stop is legal in every running state,
Abort in every state but Aborting and Aborted.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal

type Category = Literal["failure", "setup", "planned", "other"]


class State(IntEnum):
    """StateCurrent."""

    CLEARING = 1
    STOPPED = 2
    STARTING = 3
    IDLE = 4
    SUSPENDED = 5
    EXECUTE = 6
    STOPPING = 7
    ABORTING = 8
    ABORTED = 9
    HOLDING = 10
    HELD = 11
    UNHOLDING = 12
    SUSPENDING = 13
    UNSUSPENDING = 14
    RESETTING = 15
    COMPLETING = 16
    COMPLETE = 17

    @property
    def title(self) -> str:
        """The word of the standard: `Execute`."""
        return self.name.capitalize()


class Mode(IntEnum):
    """UnitModeCurrent; from 4 on the numbers are the machine builder's."""

    PRODUCTION = 1
    MAINTENANCE = 2
    MANUAL = 3
    SETUP = 4

    @property
    def title(self) -> str:
        """The word of the standard: `Production`."""
        return self.name.capitalize()


class Reason(IntEnum):
    """Admin.StopReason of the virtual line; 0 says that nothing is wrong."""

    NONE = 0
    JAM = 11
    MISFEED = 12
    SENSOR = 13
    MOTOR = 21
    VALVE = 22
    CHANGEOVER = 31
    NO_MATERIAL = 41
    CLEANING = 42


CATEGORY: Final[dict[int, Category]] = {
    Reason.NONE: "other",
    Reason.JAM: "failure",
    Reason.MISFEED: "failure",
    Reason.SENSOR: "failure",
    Reason.MOTOR: "failure",
    Reason.VALVE: "failure",
    Reason.CHANGEOVER: "setup",
    Reason.NO_MATERIAL: "other",
    Reason.CLEANING: "planned",
}
BREAKDOWNS: Final = frozenset({Reason.MOTOR, Reason.VALVE})  # these abort; the others only hold

_S = State
_IN_ORDER: Final[dict[State, frozenset[State]]] = {
    _S.CLEARING: frozenset({_S.STOPPED}),
    _S.STOPPED: frozenset({_S.RESETTING}),
    _S.RESETTING: frozenset({_S.IDLE}),
    _S.IDLE: frozenset({_S.STARTING}),
    _S.STARTING: frozenset({_S.EXECUTE, _S.HOLDING}),
    _S.EXECUTE: frozenset({_S.HOLDING, _S.SUSPENDING, _S.COMPLETING}),
    _S.SUSPENDING: frozenset({_S.SUSPENDED, _S.HOLDING}),
    _S.SUSPENDED: frozenset({_S.UNSUSPENDING, _S.HOLDING}),
    _S.UNSUSPENDING: frozenset({_S.EXECUTE, _S.HOLDING}),
    _S.HOLDING: frozenset({_S.HELD}),
    _S.HELD: frozenset({_S.UNHOLDING}),
    _S.UNHOLDING: frozenset({_S.EXECUTE, _S.HOLDING}),
    _S.COMPLETING: frozenset({_S.COMPLETE}),
    _S.COMPLETE: frozenset({_S.RESETTING}),
    _S.STOPPING: frozenset({_S.STOPPED}),
    _S.ABORTING: frozenset({_S.ABORTED}),
    _S.ABORTED: frozenset({_S.CLEARING}),
}
NOT_RUNNING: Final = frozenset({_S.CLEARING, _S.STOPPED, _S.STOPPING, _S.ABORTING, _S.ABORTED})  # no Stop in these
HOLDABLE: Final = frozenset(state for state, after in _IN_ORDER.items() if _S.HOLDING in after)


def legal(before: State, after: State) -> bool:
    """Whether a PackML machine may go from one state straight to the other.

    >>> legal(State.EXECUTE, State.HOLDING), legal(State.HELD, State.EXECUTE)
    (True, False)
    """
    if after == _S.STOPPING:
        return before not in NOT_RUNNING
    if after == _S.ABORTING:
        return before not in (_S.ABORTING, _S.ABORTED)
    return after in _IN_ORDER[before]
