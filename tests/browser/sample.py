"""Which of several forms of the same test are run each time: some are drawn, the long form runs them all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final

import pytest

# Drawn anew each day, so that in time all are seen; the workers of one run draw what whoever started them has drawn.
SEED: Final = os.environ.setdefault("DOVETAIL_SAMPLE", str(datetime.now(UTC).toordinal()))


def drawn(of: str, forms: Sequence[object], *, least: int = 1) -> set[int]:
    """The places of `least` of the forms of the test named `of`."""
    return set(Random(f"{SEED} {of}").sample(range(len(forms)), least))  # not for secrets


def some(of: str, forms: Iterable[tuple[str, Sequence[object]]], *, least: int = 1) -> list[object]:
    """The (id, values) of a test as parameters, all but `least` of them left to the long form."""
    known = list(forms)
    chosen = drawn(of, known, least=least)
    return [
        pytest.param(*values, id=name, marks=[] if place in chosen else [pytest.mark.soak])
        for place, (name, values) in enumerate(known)
    ]
