"""Where samples went by rule nobody knows what held: from the first that went on, until a sample that stayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.gone.model import Went

type Rows = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any], NDArray[np.uint16], NDArray[np.bool_]]


def ends(went: Sequence[Went], ts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The moments at which what held holds no more: the first of each stretch that went, and right after each sample
    that stayed amid one; `ts`: the samples of the tag that stayed. One that is a sample's own moment is that sample's.
    """
    amid = np.zeros(len(ts), dtype=np.bool_)
    for one in went:
        amid |= (ts >= one.t0) & (ts < one.t1)
    at_us = np.unique(np.concatenate(([one.t0 for one in went], ts[amid] + 1)).astype(np.int64))
    return at_us[~np.isin(at_us, ts)]


def none_from(gone: Mapping[int, Sequence[Went]], found: Sequence[Rows]) -> Rows:
    """BAD samples where what was found of tags ends to hold."""
    tag, ts = (np.concatenate([rows[at] for rows in found]).astype(np.int64) for at in (0, 1))
    moments = {one: ends(went, ts[tag == one]) for one, went in gone.items()}
    tags = np.concatenate([np.full(len(at_us), one, dtype=np.int64) for one, at_us in moments.items()])
    n = len(tags)
    when = np.concatenate(list(moments.values()))
    return tags, when, np.zeros(n), np.full(n, q.BAD, dtype=np.uint16), np.zeros(n, dtype=np.bool_)
