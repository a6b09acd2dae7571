"""What a link takes for good from elsewhere, a file, a table's rows, a message, counts once whatever happens between.

Where a device can be asked again, a lost answer costs a moment. A file is read once: what stood in it, and that it was
read, are made durable here together, before anything is done to the file. From then on it reaches the historian.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import numpy as np

from dovetail.core.batch import Batch
from dovetail.core.errors import ConfigError
from dovetail.core.limits import PARCEL_SAMPLES_MAX
from dovetail.drivers.base import Surroundings

KEEPING: Final = "keeping"  # the key under which links share what keeps for them


class Keep(Protocol):
    """The part of one link."""

    async def recall(self, key: str) -> str | None:
        """What was remembered under a key."""
        ...

    async def put(self, parcels: Sequence[Sequence[Batch]], remember: Mapping[str, str | None]) -> None:
        """Keep samples and what is to be remembered (None: forgotten), all or nothing. Raises LinkError."""
        ...

    async def waiting(self) -> int:
        """How many parcels the historian does not have yet."""
        ...

    async def delivered(self) -> None:
        """Until the historian has everything that was put."""
        ...


class Keeping(Protocol):
    """What keeps for all links of one edge."""

    def of(self, link: int) -> Keep:
        """The part of the link with this good-through tag."""
        ...


def keep_of(around: Surroundings) -> Keep | None:
    """Where this link keeps; None for one that is only tried: it looks, and takes nothing."""
    keeping: Keeping | None = around.shared.held(KEEPING)
    return None if keeping is None or not around.link else keeping.of(around.link)


def must_keep(keep: Keep | None) -> Keep:
    """What takes for good needs a place to keep. Raises ConfigError without one."""
    if keep is None:
        raise ConfigError("this edge keeps nothing on disk: it can look, but not take", code="keeping-none")
    return keep


def in_parcels(batches: Sequence[Batch]) -> list[list[Batch]]:
    """Batches cut so that each parcel is one short commit; the order of a tag's samples stays."""
    return [[piece] for batch in batches for piece in _pieces(batch)]


def _pieces(batch: Batch) -> Iterator[Batch]:
    if len(batch) <= PARCEL_SAMPLES_MAX:
        if len(batch):
            yield batch
        return
    for begin in range(0, len(batch), PARCEL_SAMPLES_MAX):
        yield batch.take(np.arange(begin, min(begin + PARCEL_SAMPLES_MAX, len(batch)), dtype=np.intp))
