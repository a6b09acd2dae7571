"""The plant's memory of signals: frames go in once and for ever, samples, trends and means come out by scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from dovetail.core.batch import Batch, Frame
from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.core.scope import Scope
from dovetail.core.sink import Resumed
from dovetail.historian.model import Delivery, HeadRow, Mean, Sample, Series


class Historian:
    """All methods are thread-safe. `owner_of` names the equipment of a tag (None: a connection's own tag)."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock,
        bus: Bus,
        owner_of: Callable[[int], int | None],
        roots: Callable[[], frozenset[int]] = frozenset,
        is_tag: Callable[[int], bool] = lambda _tag: True,
    ) -> None:
        raise NotImplementedError

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        raise NotImplementedError

    def put(self, frames: Sequence[Frame]) -> None:
        raise NotImplementedError

    def declare_gap(self, source: str, lane: str, samples: int) -> None:
        raise NotImplementedError

    def head(self, after: int, limit: int) -> list[HeadRow]:
        raise NotImplementedError

    def consumer_at(self, name: str, head_id: int) -> None:
        raise NotImplementedError

    def last(self, tags: Sequence[int], *, scope: Scope, at_us: int | None = None) -> dict[int, Sample]:
        raise NotImplementedError

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Scope, limit: int | None = None
    ) -> list[Batch]:
        raise NotImplementedError

    def bounding(self, tags: Sequence[int], at_us: int, *, scope: Scope) -> dict[int, Sample]:
        raise NotImplementedError

    def series(self, tag: int, from_us: int, to_us: int, px: int, *, scope: Scope) -> Series:
        raise NotImplementedError

    def mean(
        self,
        tag: int,
        from_us: int,
        to_us: int,
        *,
        scope: Scope,
        interpolation: Literal["stepped", "sloped"] = "stepped",
    ) -> Mean:
        raise NotImplementedError

    def seal_once(self) -> int:
        raise NotImplementedError

    def delivery(self) -> list[Delivery]:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
