"""Many rows of a foreign history side by side: a file is read and judged in columns, and a row is looked at alone only
where there is something to say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import batched
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.pastfiles.model import Format, Row, Shape

ROWS_AT_ONCE: Final = 5_000  # of what is read row by row


@dataclass(frozen=True, eq=False)
class Slab:
    """n rows in the order of the file.

    `names`: series, of which `series` int[n] says whose a row is; `lines` int64[n]: where it ends in the file; `times`,
    of which `at` int[n] says which is a row's; `values`, `qualities` [n] as `Row` has them; None: nobody says how good.
    """

    names: Sequence[str]
    series: NDArray[np.intp]
    lines: NDArray[np.int64]
    times: Sequence[str]
    at: NDArray[np.intp]
    values: Sequence[str | None]
    qualities: Sequence[str | None] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def row(self, number: int) -> Row:
        """One of them."""
        return Row(
            int(self.lines[number]), self.name_of(number), self.times[int(self.at[number])], self.values[number],
            None if self.qualities is None else self.qualities[number],
        )  # fmt: skip

    def name_of(self, number: int) -> str:
        """Whose it is."""
        return self.names[int(self.series[number])]

    def part(self, start: int, end: int) -> Slab:
        """Some neighbours."""
        if start == 0 and end == len(self):
            return self
        some = slice(start, end)
        qualities = None if self.qualities is None else self.qualities[some]
        return replace(
            self, series=self.series[some], lines=self.lines[some], at=self.at[some], values=self.values[some],
            qualities=qualities,
        )  # fmt: skip

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """int64[n]: how many characters the name, the time and the value of each have."""
        return lengths(self.names)[self.series] + lengths(self.times)[self.at] + lengths(self.values)

    @cached_property
    def seen(self) -> list[int]:
        """Which of the names are met, in the order in which they first are."""
        first = np.full(len(self.names), -1, dtype=np.intp)
        first[self.series[::-1]] = np.arange(len(self))[::-1]
        met = np.flatnonzero(first >= 0)
        return met[np.argsort(first[met])].tolist()


@dataclass(frozen=True, slots=True)
class Found:
    """How a file was understood, and its rows, to be gone through once."""

    format: Format
    shape: Shape
    says: str
    slabs: Iterable[Slab]
    comma: bool = False  # numbers are written with a decimal comma

    @property
    def rows(self) -> Iterator[Row]:
        """One by one."""
        return (slab.row(number) for slab in self.slabs for number in range(len(slab)))


def lengths(texts: Sequence[str | None]) -> NDArray[np.int64]:
    """int64[n]: how many characters; 0 of none."""
    some: Sequence[Any] = texts if None not in texts else [one or "" for one in texts]
    return np.fromiter(map(len, some), np.int64, len(some))


class _Numbers(dict[str, int]):
    def __missing__(self, text: str) -> int:
        return self.setdefault(text, len(self))


def numbered(texts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    """(each different one once, in the order in which they first come, int[n] which of them each is)."""
    known = _Numbers()
    which = np.fromiter(map(known.__getitem__, texts), np.intp, len(texts))
    return list(known), which


def slabs_of(rows: Iterable[Row]) -> Iterator[Slab]:
    """What was read row by row."""
    return (laid(some) for some in batched(rows, ROWS_AT_ONCE))


def laid(rows: Sequence[Row]) -> Slab:
    """Rows side by side."""
    if not rows:
        none = np.empty(0, dtype=np.intp)
        return Slab((), none, none.astype(np.int64), (), none, ())
    lines, names, times, values, qualities = zip(*rows, strict=True)
    series, when = numbered(names), numbered(times)
    return Slab(*series, np.array(lines, dtype=np.int64), *when, values, qualities)
