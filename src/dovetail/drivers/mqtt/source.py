"""A topic or filter that the plant wants, with the points that read it, and whether its device is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from dovetail.drivers.mqtt.alike import Alike
from dovetail.drivers.clocks import DeviceClock
from dovetail.drivers.mqtt.address import MISSING, Pointer, find
from dovetail.drivers.reported import Coming

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
