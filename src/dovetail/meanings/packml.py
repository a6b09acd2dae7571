"""Whether a number behaves as PackML's StateCurrent: its values, and the order in which they follow each other."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

EXECUTE: Final = 6
VALUES: Final = frozenset(range(1, 18))
VALUES_MIN: Final = 4  # fewer may be anybody's numbers
TURNS_MIN: Final = 8
STATES: Final = (
    "Clearing", "Stopped", "Starting", "Idle", "Suspended", "Execute", "Stopping", "Aborting", "Aborted", "Holding",
    "Held", "Unholding", "Suspending", "Unsuspending", "Resetting", "Completing", "Complete",
)  # fmt: skip
_AFTER: Final[dict[int, frozenset[int]]] = {
    1: frozenset({2}), 2: frozenset({15}), 3: frozenset({6, 10}), 4: frozenset({3}), 5: frozenset({14, 10}),
    6: frozenset({10, 13, 16}), 7: frozenset({2}), 8: frozenset({9}), 9: frozenset({1}), 10: frozenset({11}),
    11: frozenset({12}), 12: frozenset({6, 10}), 13: frozenset({5, 10}), 14: frozenset({6, 10}), 15: frozenset({4}),
    16: frozenset({17}), 17: frozenset({15}),
}  # fmt: skip  # ISA-TR88.00.02; Stop and Abort apart
_NOT_STOPPED: Final = frozenset({1, 2, 7, 8, 9})
_ACTING: Final = frozenset({1, 3, 7, 8, 10, 12, 13, 14, 15, 16})  # passed through, perhaps between two readings


def _after(state: int) -> frozenset[int]:
    stop = frozenset[int]() if state in _NOT_STOPPED else frozenset({7})
    abort = frozenset[int]() if state in (8, 9) else frozenset({8})
    return _AFTER[state] | stop | abort


def _reached(state: int) -> frozenset[int]:
    """What may be read next: acting states are short, and a slow reader misses up to two of them in a row."""
    found = set(_after(state))
    edge = found & _ACTING
    for _ in range(2):
        edge = {after for one in edge for after in _after(one)}
        found |= edge
        edge &= _ACTING
    return frozenset(found)


REACHED: Final = {state: _reached(state) for state in VALUES}


def is_packml(values: NDArray[np.int64]) -> bool:
    """Whether these values, as they followed each other, are those of a PackML machine that also ran."""
    seen = set(values.tolist())
    if not seen <= VALUES or EXECUTE not in seen or len(seen) < VALUES_MIN:
        return False
    turns = [(a, b) for a, b in zip(values[:-1].tolist(), values[1:].tolist(), strict=True) if a != b]
    return len(turns) >= TURNS_MIN and all(after in REACHED[before] for before, after in turns)
