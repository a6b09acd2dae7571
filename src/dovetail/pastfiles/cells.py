"""What many cells of a foreign history say at once; what is no plain number is looked at as `values` does, each
different text once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, ZEROS, Batch, Column, Kind, Value
from dovetail.pastfiles.values import quality_of, value_of

NUMBERS: Final = np.array([Kind.F64, Kind.I64, Kind.U64], dtype=np.uint8)
UNSAID: Final = -1
_EXACT: Final = float(1 << 53)  # whole numbers below are the same as text and as float64
_LONG: Final = 300  # characters: of a number without end a float is sooner told than an integer, and otherwise


@dataclass(slots=True)
class Values:
    """Of n cells: `number` float64[n] where they are plain numbers, `said` uint16[n] the quality that they say, `odd`
    what the others are by their row (None: no value), `wrong` why some are none of their kind."""

    number: NDArray[np.float64]
    said: NDArray[np.uint16]
    odd: dict[int, Value] = field(default_factory=dict[int, Value])
    wrong: dict[int, str] = field(default_factory=dict[int, str])

    def column(self, kind: Kind, rows: NDArray[np.intp]) -> tuple[Column, NDArray[np.bool_]]:
        """(values of rows that are all of a kind, bool[k] whether there is one)."""
        has = np.ones(len(rows), dtype=np.bool_)
        if kind in NUMBERS:
            column = self.number[rows].astype(DTYPES[kind])
            places = [(at, row) for at, row in enumerate(rows.tolist()) if row in self.odd] if self.odd else []
        else:
            column, places = np.full(len(rows), ZEROS[kind], dtype=DTYPES[kind]), list(enumerate(rows.tolist()))
        for at, row in places:
            value = self.odd[row]
            has[at] = value is not None
            column[at] = cast("Any", ZEROS[kind] if value is None else value)
        return column, has


def values_of(texts: Sequence[str | None], kinds: NDArray[np.uint8], *, comma: bool) -> Values:
    """Cells, each of a signal of some kind (0: of none, which is not looked at)."""
    plain = np.isin(kinds, NUMBERS)
    found = Values(np.zeros(len(texts)), np.full(len(texts), q.GOOD, dtype=np.uint16))
    at = np.flatnonzero(plain)
    if len(at):
        found.number[at] = _floats(texts if plain.all() else [texts[row] for row in at.tolist()], comma=comma)
    number = found.number
    plain &= np.isfinite(number) & ~((number == 0) & np.signbit(number))
    small = (np.abs(number) < _EXACT) & (number == np.trunc(number)) & ((kinds != Kind.U64) | (number >= 0))
    plain &= (kinds == Kind.F64) | small
    known = dict[tuple[int, str | None], tuple[Value, int] | str]()
    for row in np.flatnonzero(~plain & (kinds > 0)).tolist():
        key = int(kinds[row]), texts[row]
        if key not in known:
            known[key] = _looked_at(texts[row], Kind(key[0]), comma=comma)
        told = known[key]
        if isinstance(told, str):
            found.wrong[row] = told
        else:
            found.odd[row], found.said[row] = told
    number[~plain] = 0.0
    return found


def _looked_at(text: str | None, kind: Kind, *, comma: bool) -> tuple[Value, int] | str:
    try:
        return value_of(text, kind, comma=comma)
    except ValueError as error:
        return str(error)


def _floats(texts: Sequence[str | None], *, comma: bool) -> NDArray[np.float64]:
    """float64[n]; NaN: to be looked at."""
    words: Sequence[Any] = texts
    if None in texts or max(map(len, words)) > _LONG:
        words = ["" if one is None or len(one) > _LONG else one for one in texts]
    if comma:
        words = [one.replace(",", ".") for one in words]
    try:
        return np.fromiter(map(float, words), np.float64, len(words))
    except ValueError:
        return np.fromiter(map(_float, words), np.float64, len(words))


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


class _Qualities(dict[str | None, int]):
    """Each different word once; what nobody knows becomes a number of its own below UNSAID."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def __missing__(self, text: str | None) -> int:
        try:
            found = quality_of(text)
            self[text] = UNSAID if found is None else found
        except ValueError as error:
            self.wrong.append(str(error))
            self[text] = UNSAID - len(self.wrong)
        return self[text]


def qualities_of(texts: Sequence[str | None] | None, n: int) -> tuple[NDArray[np.int64], dict[int, str]]:
    """(int64[n], UNSAID: nothing is said; by row why nobody knows it)."""
    if texts is None:
        return np.full(n, UNSAID, dtype=np.int64), {}
    known = _Qualities()
    codes = np.fromiter(map(known.__getitem__, texts), np.int64, n)
    return codes, {row: known.wrong[UNSAID - 1 - int(codes[row])] for row in np.flatnonzero(codes < UNSAID).tolist()}


def joined(batches: Iterable[Batch]) -> Batch:
    """Samples of one kind, one after the other."""
    some = list(batches)
    columns = [
        np.concatenate([getattr(one, name) for one in some]) for name in ("tag", "ts", "value", "valid", "quality")
    ]
    return some[0] if len(some) == 1 else Batch(some[0].kind, *columns)
