"""What holds of every sample that leaves a driver, whatever came in: judged after each spoiled message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import numpy as np
import orjson

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, Batch, Kind

TEXTS = (Kind.STR, Kind.JSON)


def sound(batches: Iterable[Batch]) -> None:
    """BAD has no value, what is no number is marked, a text is Unicode and JSON is JSON."""
    for batch in batches:
        assert batch.value.dtype == DTYPES[batch.kind]
        assert not (batch.valid & ((batch.quality & q.MAJOR_MASK) == q.BAD)).any()
        if batch.kind is Kind.F64:
            odd = ~np.isfinite(batch.value.astype(np.float64)) & batch.valid
            assert (batch.quality[odd] != q.GOOD).all()
        if batch.kind in TEXTS:
            for text in batch.value.tolist():
                text.encode()
                assert batch.kind is Kind.STR or orjson.loads(text) is not Ellipsis


def inside_loop[T](make: Callable[[], T]) -> T:
    """What can only be made while a loop runs."""

    async def made() -> T:
        return make()

    return asyncio.run(made())


def text_of(data: bytes) -> str:
    """A text as a person, a file or a request brings it: no half letters."""
    return data.decode("utf-8", "replace")


def in_pieces(feed: Callable[[bytes], None], data: bytes) -> None:
    """As a socket brings it: cut where the first byte says."""
    size = 1 + data[0] % 61 if data else 1
    for at in range(1, len(data), size):
        feed(data[at : at + size])
