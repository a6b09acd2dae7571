"""What the historian tells: frames are durable; look at the head."""

from __future__ import annotations

from dataclasses import dataclass

from dovetail.core.batch import Frame


@dataclass(frozen=True, slots=True)
class FramesStored:
    """The newest `head_id` committed, and the frames of that commit (for the live hub; consumers read the head)."""

    head_id: int
    frames: tuple[Frame, ...]
