"""Which of several forms of the same test are run each time: some are drawn, the long form runs them all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

import pytest

# Always the same ones, so that a run can be had again; another number draws others.
SEED: Final = os.environ.setdefault("DOVETAIL_SAMPLE", "739946")


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
