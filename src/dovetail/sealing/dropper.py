"""Let old samples go out of the months, chunk by chunk or a month at once, while nothing is sealed or put together.

Which of them go is decided elsewhere. A step is one commit of one month: killed anywhere, it is done or it is not.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager

from dovetail.chunkstore.months import Months, View
from dovetail.core import faults
from dovetail.packing.rollups import Touched
from dovetail.sealing.sealer import Sealer


class Dropper:
    """Months are numbers since January 1970. Thread-safe. Raises LinkError when the store does not answer."""

    def __init__(self, months: Months, sealer: Sealer) -> None:
        self._months, self._sealer = months, sealer

    @contextmanager
    def still(self) -> Generator[None]:
        """While the block lasts, which must be short, no chunk is made, joined or moved by anybody else."""
        with self._sealer.idle:
            yield

    def months(self) -> list[int]:
        """Those that are there, oldest first."""
        return sorted(self._months.newest_first())

    def view(self, month: int) -> AbstractContextManager[View]:
        """Look at one month that is there, as it is at one moment."""
        return self._months.view(month, self._sealer.damage.refuse(month))

    def drop(self, month: int, gone: Collection[int] | None, touched: Sequence[Touched]) -> None:
        """Let chunks go by their numbers, or (None) all that the month holds; only while `still`.

        `touched` are the samples that go: days of which some are left are summed up anew.
        """
        with self._months.use(month) as opened:
            opened.drop(None if gone is None else list(gone), touched)
        if gone is None:
            self._sealer.damage.went(month)
        self._sealer.unrolled.add(month)
        faults.point("historian.dropped")
