"""What every tag of a link was last said to be: with this a lane begins that does not wait for what came before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from dovetail.core.batch import Batch
from dovetail.packing.columns import Block, concat, repeated

ROWS_MIN: Final = 4_096  # samples that come until the older ones are let go of: then it costs little for each


class Newest:
    """The newest sample of each tag; of several at one moment all, in the order in which they came."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._rows = 0
        self._kept = 0  # rows that were the newest when it was last looked

    def add(self, batches: Sequence[Batch]) -> None:
        """What was said next."""
        self._blocks += [Block.of(batch) for batch in batches if len(batch)]
        self._rows += sum(map(len, batches))
        if self._rows > 2 * self._kept + ROWS_MIN:
            self._let_go()

    def batches(self) -> tuple[Batch, ...]:
        """As a frame brings it."""
        self._let_go()
        return tuple(block.batch() for block in self._blocks)

    def _let_go(self) -> None:
        if not self._blocks:
            return
        kinds = {block.kind: None for block in self._blocks}
        whole = [concat([block for block in self._blocks if block.kind is kind]) for kind in kinds]
        tag, ts = (np.concatenate([getattr(block, name) for block in whole]) for name in ("tag", "ts"))
        order = np.lexsort((ts, tag))
        is_last = np.append(tag[order][1:] != tag[order][:-1], True)
        known, latest_us = tag[order][is_last], ts[order][is_last]
        newest = [block.take(block.ts == latest_us[np.searchsorted(known, block.tag)]) for block in whole]
        self._blocks = [_once(block) for block in newest if len(block)]
        self._rows = self._kept = sum(map(len, self._blocks))


def _once(block: Block) -> Block:
    """Without what was said again; one moment of each tag, so the order of arrival within a tag is kept."""
    by_tag = block.take(np.argsort(block.tag, kind="stable"))
    return by_tag.take(~repeated(by_tag))
