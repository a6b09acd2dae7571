"""What is asked of those who hold the samples, by whoever derives from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dovetail.core.batch import Batch
from dovetail.core.scope import Scope
from dovetail.db.uow import Reading
from dovetail.events.corrections import SamplesCorrected
from dovetail.historian.model import HeadRow, Sample


class Samples(Protocol):
    """What is asked of the historian."""

    def head(self, after: int, limit: int) -> list[HeadRow]:
        """Frames in commit order."""
        ...

    def head_bounds(self) -> tuple[int, int]:
        """(released, last): the head holds the rows after `released`."""
        ...

    def consumer_at(self, name: str, head_id: int) -> object:
        """This consumer needs no row up to `head_id` again."""
        ...

    def last(self, tags: Sequence[int], *, scope: Scope, at_us: int | None = None) -> dict[int, Sample]:
        """The newest sample per tag."""
        ...

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Scope, limit: int | None = None
    ) -> list[Batch]:
        """The samples in [from_us, to_us)."""
        ...

    def bounding(self, tags: Sequence[int], at_us: int, *, scope: Scope) -> dict[int, Sample]:
        """The last sample strictly before a moment per tag."""
        ...


class Corrections(Protocol):
    """What is asked of the corrections room."""

    def moved_since(self, reading: Reading, known: int) -> Sequence[SamplesCorrected]:
        """In the order of knowledge; whoever reads samples afterwards reads them so."""
        ...
