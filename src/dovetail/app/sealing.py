"""When the plant's newest signals go into chunks: together after a while, and at once only when they are many.

A sealing costs a chunk of every tag, however few samples it brings: one that only follows the one before never rests.
"""

from __future__ import annotations

from dovetail.app.roles import Worker
from dovetail.core import limits
from dovetail.core.bus import Bus
from dovetail.events.historian import FramesStored
from dovetail.historian.service import Historian


def sealing(historian: Historian, bus: Bus) -> Worker:
    """The sealer at work: each SEAL_EVERY_S, sooner while more than SEAL_AT_ONCE_SAMPLES wait."""

    def is_behind() -> bool:
        return historian.unsealed > limits.SEAL_AT_ONCE_SAMPLES

    def stored(_event: FramesStored) -> None:
        if is_behind():
            worker.nudge()

    worker = Worker("sealer", historian.seal_once, rest_s=limits.SEAL_EVERY_S, is_behind=is_behind)
    bus.subscribe(FramesStored, stored)
    return worker


def compacting(historian: Historian) -> Worker:
    """The compactor at work: a step each COMPACT_EVERY_S while days that are over are not dealt with."""
    return Worker("compactor", historian.compact_once, rest_s=limits.COMPACT_EVERY_S, is_behind=lambda: False)
