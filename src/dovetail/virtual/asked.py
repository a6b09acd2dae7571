"""What the virtual room asks of others: the plant as it stood and stands, and the samples of its signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from dovetail.core.batch import Batch, Frame
from dovetail.core.scope import system_scope
from dovetail.core.sink import Resumed
from dovetail.db.uow import Reading
from dovetail.equipment.model import PlantModel
from dovetail.events.corrections import SamplesCorrected
from dovetail.historian.model import HeadRow, Sample

SCOPE: Final = system_scope("virtual")


class Plants(Protocol):
    """What is asked of the equipment room."""

    def plant(self, *, at_us: int | None = None) -> PlantModel:
        """The plant that holds at a moment."""
        ...

    def changes_between(self, from_us: int, to_us: int) -> list[int]:
        """The moments in (from_us, to_us) at which definitions change."""
        ...


class Corrections(Protocol):
    """What is asked of the corrections room."""

    def moved_since(self, reading: Reading, known: int) -> Sequence[SamplesCorrected]:
        """In the order of knowledge; whoever reads samples afterwards reads them so."""
        ...


class Past(Protocol):
    """What is asked of the historian to compute something once."""

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Any, limit: int | None = None
    ) -> list[Batch]:
        """The samples in [from_us, to_us)."""
        ...

    def bounding(self, tags: Sequence[int], at_us: int, *, scope: Any) -> dict[int, Sample]:
        """The last sample strictly before a moment per tag."""
        ...


class Samples(Past, Protocol):
    """What is asked of it to follow."""

    def head(self, after: int, limit: int) -> list[HeadRow]:
        """Frames in commit order."""
        ...

    def head_bounds(self) -> tuple[int, int]:
        """(released, last): the head holds the rows after `released`."""
        ...

    def consumer_at(self, name: str, head_id: int | None) -> int:
        """This consumer needs no row up to `head_id` again (None: only ask); how far it is."""
        ...

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """A new epoch of a source."""
        ...

    def put(self, frames: Sequence[Frame]) -> None:
        """Make frames durable."""
        ...

    def last(self, tags: Sequence[int], *, scope: Any) -> dict[int, Sample]:
        """The newest sample per tag."""
        ...
