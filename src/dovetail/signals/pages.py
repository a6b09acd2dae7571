"""Raw samples page by page over many tags: no page holds more than it shows, however long the period is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dovetail.core.batch import Batch
from dovetail.core.clock import MINUTE_US
from dovetail.core.errors import InvalidError
from dovetail.core.scope import Scope
from dovetail.forms.samples import Samples, samples_of
from dovetail.historian.service import Historian
from dovetail.operations.http import decode_cursor, encode_cursor

FIRST_LOOK_US: Final = MINUTE_US  # of many tags: what it brings says how far the next look may reach
WIDER: Final = 16  # times, at most, from one look to the next


@dataclass(frozen=True, slots=True, eq=False)
class SamplePage:
    """Samples by (ts, tag, arrival), and where the next page begins; None at the end."""

    samples: Samples
    next: str | None


def sample_page(
    historian: Historian,
    tags: Sequence[int],
    period: tuple[int, int],
    *,
    scope: Scope,
    cursor: str | None,
    limit: int,
    as_of: int | None = None,
) -> SamplePage:
    """The first `limit` samples of a period behind the cursor. Raises NotFoundError, InvalidError for a bad cursor."""
    from_us, to_us = period
    from_us, skip = _place(cursor, from_us)
    wanted = skip + limit
    found = samples_of(_look(historian, tags, (from_us, to_us), scope=scope, limit=wanted + 1, as_of=as_of))
    if len(found) <= wanted:
        return SamplePage(found.take(slice(skip, None)), None)
    ts = int(found.ts[wanted])
    before = int(np.count_nonzero(found.ts[:wanted] == ts))  # samples of that same time which are shown by then
    return SamplePage(found.take(slice(skip, wanted)), encode_cursor(ts, before))


def _place(cursor: str | None, from_us: int) -> tuple[int, int]:
    """(time to read from, samples of that time to skip)."""
    ts, skip = decode_cursor(cursor, int, int) or (from_us, 0)
    if ts < from_us:
        raise InvalidError("this cursor belongs to another list", pointer="/cursor", code="cursor")
    return ts, skip


def _look(
    historian: Historian, tags: Sequence[int], period: tuple[int, int], *, scope: Scope, limit: int, as_of: int | None
) -> list[Batch]:
    """The first `limit` samples of a period. Of many tags each look reaches only as far as the last one bears.

    The historian reads up to `limit` samples of every tag before it knows which of them come first.
    """
    at, to_us = period
    if len(tags) == 1:
        return historian.raw(tags, at, to_us, scope=scope, limit=limit, as_of=as_of)
    found: list[Batch] = []
    n, width = 0, FIRST_LOOK_US
    while True:
        end = min(at + width, to_us)
        got = historian.raw(tags, at, end, scope=scope, limit=limit - n, as_of=as_of)
        seen = sum(map(len, got))
        found, n, at = [*found, *got], n + seen, end
        if n >= limit or at >= to_us:
            return found
        width *= min(WIDER, max(1, (limit - n) // max(1, seen)))
