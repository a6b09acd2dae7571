"""Sources that are read alike, e.g. a hundred machines of a kind: what one read of the socket brought is read at once.

One by one a message costs most in steps between its parts. Together each step is taken once for all, and where a single
message does not go the common way, all are read one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from dovetail.drivers.mqtt.address import find
from dovetail.drivers.mqtt.source import Source
from dovetail.drivers.reported import Coming

TOGETHER_MIN: Final = 8  # below it the one-by-one way is as fast


class Part(NamedTuple):
    """What one kind of points gets of many messages: indices and raw values, message after message."""

    coming: Coming
    points: NDArray[np.intp]
    raws: Sequence[Any]
    width: int  # points of a message
    is_inside: bool  # of the documents, which may say when they were true


class Alike:
    """Sources with the same members at the same places, for points of the same kinds; and what came for them."""

    def __init__(self, like: Source) -> None:
        self.sources: list[Source] = []
        self.numbers: list[int] = []  # which source, what it sent, and when it came (µs)
        self.payloads: list[bytes] = []
        self.received_us: list[int] = []
        self.time: Final = like.documents[0].time if like.documents else None  # where documents say when it was
        self._groups = [(group.parent, group.members) for group in like.documents]
        self._comings = [coming for _, coming in like.texts] + [group.coming for group in like.documents]
        self._tables: list[NDArray[np.intp]] = []
        self._rows: list[list[Sequence[int]]] = []

    @staticmethod
    def key(source: Source) -> tuple[object, ...] | None:
        """What sources that are read alike have in common; None for one that is read alone."""
        if len({group.time for group in source.documents}) > 1:
            return None
        return (
            *(coming for _, coming in source.texts),
            *((group.parent, group.members, group.time, group.coming) for group in source.documents),
        )

    def join(self, source: Source) -> int:
        """One more source; its number here."""
        self.sources.append(source)
        self._rows.append([*(index for index, _ in source.texts), *(group.indices for group in source.documents)])
        self._tables.clear()
        return len(self.sources) - 1

    def took(self) -> tuple[list[int], list[bytes], list[int]]:
        """What came since the last time."""
        came = self.numbers, self.payloads, self.received_us
        self.numbers, self.payloads, self.received_us = [], [], []
        return came

    def read(self, numbers: Sequence[int], payloads: Sequence[bytes]) -> tuple[list[Any], list[Part]] | None:
        """The documents, and the values in the order of the messages; None where a member or a document is missing."""
        if not self._tables:
            self._tables = [np.array(rows, dtype=np.intp) for rows in zip(*self._rows, strict=True)]
        documents: list[Any] = []
        raws: list[Sequence[Any]] = [payloads] * (len(self._comings) - len(self._groups))
        try:
            if self._groups:
                documents = [*map(orjson.loads, payloads)]
            for parent, members in self._groups:
                holders = [find(one, parent) for one in documents] if parent else documents
                raws.append([*chain.from_iterable(map(members, holders))])
        except (KeyError, TypeError, orjson.JSONDecodeError):
            return None
        which = np.array(numbers, dtype=np.intp)
        return documents, [
            Part(coming, table[which].ravel(), found, table.shape[1], found is not payloads)
            for coming, table, found in zip(self._comings, self._tables, raws, strict=True)
        ]
