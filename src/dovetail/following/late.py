"""The stretches of time that are to be derived again, because samples of them came late."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson

from dovetail.core.clock import HOUR_US

LATE_MAX: Final = 64  # stretches to derive again; more are closed up, which derives more than needed and is right

type LateSpan = tuple[int, int]  # derive again from the first moment on, and at least to the second


def with_span(spans: Iterable[LateSpan], first_us: int, last_us: int) -> list[LateSpan]:
    """These and one more, by time; stretches within an hour of each other are one."""
    merged: list[LateSpan] = []
    for first, last in sorted([*spans, (first_us, last_us)]):
        if merged and first <= merged[-1][1] + HOUR_US:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    while len(merged) > LATE_MAX:
        gaps = [merged[i + 1][0] - merged[i][1] for i in range(len(merged) - 1)]
        i = gaps.index(min(gaps))
        merged[i : i + 2] = [(merged[i][0], max(merged[i][1], merged[i + 1][1]))]
    return merged


def late_text(spans: Iterable[LateSpan]) -> str:
    """The stretches as they are kept."""
    return orjson.dumps(list(spans)).decode()


def late_from(text: str) -> list[LateSpan]:
    """What `late_text` wrote."""
    found: list[Any] = orjson.loads(text)
    return [(int(first), int(last)) for first, last in found]
