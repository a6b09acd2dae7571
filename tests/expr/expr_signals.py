"""Signals for the tests of the expression language: a few tags with kinds and units, and their samples as tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dovetail.core import quality as q
from dovetail.core.clock import SECOND_US
from dovetail.expr.checking import Expression, Meaning, check
from dovetail.expr.evaluate import Span, context_us, evaluate
from dovetail.tracks.columns import DTYPES, Kind, Track, track_of

T0_US = 1_700_000_000_000_000
MEANINGS: Mapping[str, Meaning] = {
    "power": Meaning("number", "kW"),
    "power_w": Meaning("number", "W"),
    "level": Meaning("number", "m"),
    "temp": Meaning("number", "Cel"),
    "n": Meaning("number"),
    "m": Meaning("number"),
    "on": Meaning("bool"),
    "off": Meaning("bool"),
    "recipe": Meaning("text"),
    "../capper.good": Meaning("number", "{#}"),
}

type Sample = tuple[float, float | bool | str | None] | tuple[float, float | bool | str | None, int]


def checked(text: str) -> Expression:
    """A checked expression over the signals above."""
    return check(text, MEANINGS.get, names=MEANINGS)


def track(kind: Kind, samples: Sequence[Sample], start_us: int) -> Track:
    """A signal from (seconds after T0, value or None for BAD, quality) samples."""
    zero = {"number": 0.0, "bool": False, "text": ""}[kind]
    rows = [(*one, q.BAD_COMM if one[1] is None else q.GOOD)[:3] for one in samples]
    return track_of(
        kind,
        np.array([T0_US + round(at * SECOND_US) for at, _, _ in rows], dtype=np.int64),
        np.array([zero if value is None else value for _, value, _ in rows], dtype=DTYPES[kind]),
        np.array([quality for _, _, quality in rows], dtype=np.uint16),
        valid=np.array([value is not None for _, value, _ in rows], dtype=np.bool_),
        start_us=start_us,
    )


def computed(text: str, samples: Mapping[str, Sequence[Sample]], *, from_s: float = 0.0, upto_s: float) -> Track:
    """What an expression says from one second to another."""
    expression = checked(text)
    span = Span(T0_US + round(from_s * SECOND_US), T0_US + round(upto_s * SECOND_US))
    start_us = context_us(expression, span.from_us)
    tracks = {name: track(MEANINGS[name].kind, samples.get(name, ()), start_us) for name in expression.signals}
    return evaluate(expression, tracks, span)


def told(found: Track) -> list[tuple[float, object, str]]:
    """(seconds after T0, value or None, quality) of every row."""
    rows = zip(found.ts.tolist(), found.value.tolist(), found.bad.tolist(), found.qualities.tolist(), strict=True)
    return [((ts - T0_US) / SECOND_US, None if bad else value, q.name(quality)) for ts, value, bad, quality in rows]
