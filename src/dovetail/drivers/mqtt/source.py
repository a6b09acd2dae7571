"""A topic or filter that the plant wants, with the points that read it, and whether its device is there.

Sources that are read alike, e.g. a hundred machines of a kind, are read together: one by one a message costs most in
steps between its parts. Where a single message does not go the common way, all are read one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from dovetail.drivers.clocks import DeviceClock
from dovetail.drivers.mqtt.address import MISSING, Pointer, find
from dovetail.drivers.reported import Coming

TOGETHER_MIN: Final = 8  # below it the one-by-one way is as fast
MEMBERS_MAX: Final = 1_000  # of different sets of members that are kept


@dataclass(slots=True)
class Inside:
    """One point that reads a JSON document of its source."""

    index: int
    pointer: Pointer
    time: Pointer | None
    coming: Coming


@lru_cache(maxsize=MEMBERS_MAX)  # machines of a kind are read alike
def _members(*names: Any) -> Callable[[Any], tuple[Any, ...]]:
    """All members of an object by their names. It raises KeyError or TypeError where one is not there."""
    if len(names) > 1:
        return itemgetter(*names)
    (name,) = names or (MISSING,)
    return lambda found: (found[name],)


class Siblings:
    """Points that read members of one object in the documents of a source, as one kind and at one time."""

    __slots__ = ("coming", "indices", "insides", "members", "parent", "time")

    def __init__(self, one: Inside) -> None:
        self.parent, self.time, self.coming = one.pointer[:-1], one.time, one.coming
        self.insides = [one]
        self._learn()

    def join(self, one: Inside) -> bool:
        """Take in a point that is a sibling; False for any other."""
        if not one.pointer or (one.pointer[:-1], one.time, one.coming) != (self.parent, self.time, self.coming):
            return False
        self.insides.append(one)
        self._learn()
        return True

    def _learn(self) -> None:
        first, count = self.insides[0].index, len(self.insides)
        indices = tuple(one.index for one in self.insides)
        in_a_row = range(first, first + count)
        self.indices: Sequence[int] = in_a_row if indices == tuple(in_a_row) else indices
        self.members = _members(*(one.pointer[-1] if one.pointer else MISSING for one in self.insides))

    def some_of(self, document: Any) -> tuple[Sequence[int], Sequence[Any]]:
        """Index and value of those that are there."""
        found = [(one.index, find(document, one.pointer)) for one in self.insides]
        there = [(index, raw) for index, raw in found if raw is not MISSING]
        return [index for index, _ in there], [raw for _, raw in there]


@dataclass(slots=True, eq=False)
class Source:
    """A topic or filter that points want. `heard_us` monotonic-like: our receive time of the last message."""

    topic: str
    texts: list[tuple[tuple[int], Coming]] = field(default_factory=list)  # each with its index alone
    documents: list[Siblings] = field(default_factory=list)
    clock: DeviceClock = field(default_factory=DeviceClock)
    heard_us: int = 0
    state: Literal["there", "away", "silent"] = "there"
    alike: Alike | None = None  # those that are read as this one is
    number: int = 0  # of it among them
    refused: int = 0  # the broker's code when it does not give us this topic

    @property
    def indices(self) -> list[int]:
        return [index for (index,), _ in self.texts] + [index for group in self.documents for index in group.indices]

    def read_inside(self, one: Inside) -> None:
        """One more point that reads the documents."""
        if not any(group.join(one) for group in self.documents):
            self.documents.append(Siblings(one))


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
