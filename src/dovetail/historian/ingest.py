"""What may enter the plant's memory: each frame once, each sample by its own merit, and every refusal counted.

A sample that cannot be kept (no tag, a time no plant can mean, a text too long) never takes its neighbours with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import DTYPES, ZEROS, Batch, Frame, Kind
from dovetail.core.clock import DAY_US
from dovetail.core.limits import STRING_BYTES_MAX
from dovetail.core.quality import BAD, MAJOR_MASK
from dovetail.damage.known import Lost
from dovetail.historian.last import LastValues, bits_of
from dovetail.packing.columns import TEXT_KINDS, VALID, Block
from dovetail.packing.order import repeated_unsorted
from dovetail.sealing.recent import marks_block

TS_MIN_US: Final = 631_152_000_000_000  # 1990-01-01: no signal of a running plant is older
TS_MAX_US: Final = 4_102_444_800_000_000  # 2100-01-01
FUTURE_MAX_US: Final = DAY_US  # a clock that far ahead is wrong, and would hide every later value


@dataclass(frozen=True, slots=True, eq=False)
class Accepted:
    """What is kept of a frame, and what became of the rest (in samples)."""

    frame: Frame
    blocks: tuple[Block, ...]
    marks: Block | None
    refused: int
    duplicate: int

    @property
    def stored(self) -> int:
        """Samples kept, without the marks."""
        return sum(map(len, self.blocks))

    @property
    def empty(self) -> bool:
        """Whether nothing new was in it."""
        return not self.blocks and self.marks is None and not self.frame.ahead


class Ingest:
    """Checks frames against the newest samples. Under the writing lock; `begin`, `accept`…, then keep or roll back.
    `held(tags, ts)` answers what is durable of them (sorted) at exactly that time."""

    def __init__(self, last: LastValues, *, held: Callable[[Sequence[int], int], list[Block]], lost: Lost) -> None:
        self._last = last
        self._held, self._lost = held, lost  # of a tag with a hole the newest sample may be lost, too
        self._pending: list[Block] = []

    def begin(self) -> None:
        """Nothing of the next commit is accepted yet."""
        self._pending = []

    def accept(self, frame: Frame, *, now_us: int) -> Accepted:
        """Decide on each sample of a frame that has not been seen before; the newest samples move with it."""
        refused = duplicate = 0
        blocks: list[Block] = []
        for batch in frame.batches:
            block = _checked(batch, ts_max_us=min(TS_MAX_US, now_us + FUTURE_MAX_US))
            slots = self._last.slots(block.tag)
            if slots.min(initial=0) < 0:
                block, slots = block.take(slots >= 0), slots[slots >= 0]
            refused += len(batch) - len(block)
            for part, at in self._by_kind(block, slots):
                new = self._new(part, at)
                duplicate += len(part) - len(new)
                blocks += [new] if len(new) else []
        good_through = self._new_marks(frame, ts_max_us=now_us + FUTURE_MAX_US)
        ahead = {tag: us for tag, us in frame.ahead.items() if TS_MIN_US <= us[0] <= us[1] <= now_us + FUTURE_MAX_US}
        kept = replace(frame, batches=tuple(block.batch() for block in blocks), good_through=good_through, ahead=ahead)
        return Accepted(kept, tuple(blocks), marks_block(good_through), refused, duplicate)

    def _by_kind(self, block: Block, slots: NDArray[np.intp]) -> list[tuple[Block, NDArray[np.intp]]]:
        """Samples without a value take the kind their tag has: BAD says nothing about a type."""
        if not len(block):
            return []
        none = np.flatnonzero(block.status < VALID)
        known = self._last.kind[slots[none]]
        other = (known != 0) & (known != block.kind)
        if not other.any():
            return [(block, slots)]
        none, known = none[other], known[other]
        astray = np.isin(np.arange(len(block)), none)
        parts = [(block.take(~astray), slots[~astray])] if not astray.all() else []
        for kind in np.unique(known).tolist():
            which = none[known == kind]
            part = block.take(which)
            zeros = np.full(len(part), ZEROS[Kind(kind)], dtype=DTYPES[Kind(kind)])
            parts.append((replace(part, kind=Kind(kind), value=zeros), slots[which]))
        return parts

    def _new(self, block: Block, slots: NDArray[np.intp]) -> Block:
        """Without what is held already, as far as the newest time of each tag tells; sealing finds the rest."""
        if self._last.is_ahead(block, slots):  # a read of a plant as it runs
            self._last.write(block, slots)
            self._pending.append(block)
            return block
        again = repeated_unsorted(block)
        ties = np.flatnonzero((block.ts == self._last.ts.take(slots)) & ~again)
        if len(ties):
            again[ties] = self._held_already(block.take(ties), slots[ties])
        new, slots = (block.take(~again), slots[~again]) if again.any() else (block, slots)
        if len(new):
            self._last.update(new, slots)
            self._pending.append(new)
        return new

    def _held_already(self, block: Block, slots: NDArray[np.intp]) -> NDArray[np.bool_]:
        last = self._last
        same = (last.status[slots] == block.status) & (last.shown[slots] == block.kind)
        same &= (last.bits[slots] == bits_of(block)) & ~self._lost(block.tag)
        if block.kind in TEXT_KINDS:
            same &= last.text[slots] == block.value
        for ts in np.unique(block.ts[~same]).tolist():  # one look for all of a moment: they may be thousands
            at = np.flatnonzero(~same & (block.ts == ts))
            same[at] = self._are_held(block.take(at), ts)
        return same

    def _are_held(self, block: Block, ts: int) -> list[bool]:
        held = set[tuple[object, ...]]()
        for other in (*self._held(np.unique(block.tag).tolist(), ts), *self._pending):
            if other.kind is block.kind and len(at := np.flatnonzero(other.ts == ts)):
                held.update(_identities(other.take(at)))
        return [one in held for one in _identities(block)]

    def _new_marks(self, frame: Frame, *, ts_max_us: int) -> dict[int, int]:
        """The marks that say something new; one that no plant can mean is dropped like the sample it would be."""
        good_through: dict[int, int] = {}
        for tag, mark in frame.good_through.items():
            if not (0 < tag < 1 << 63 and TS_MIN_US <= mark <= min(TS_MAX_US, ts_max_us)):
                continue
            slot = int(self._last.slots(np.array([tag], dtype=np.int64))[0])
            if slot >= 0 and self._last.ts[slot] != mark:
                good_through[tag] = mark
        marks = marks_block(good_through)
        if marks is not None:
            self._last.update(marks, self._last.slots(marks.tag))
        return good_through


def _checked(batch: Batch, *, ts_max_us: int) -> Block:
    """The samples whose time and value can be kept, in the dtypes of the contract; BAD ones without a value."""
    dtype = DTYPES[batch.kind]
    if not np.can_cast(batch.value.dtype, dtype, casting="safe"):  # values that are not of the kind the batch says
        return Block.of(Batch.of(batch.kind, ()))
    tag, ts = (np.ascontiguousarray(column, dtype=np.int64) for column in (batch.tag, batch.ts))
    value = np.ascontiguousarray(batch.value, dtype=dtype)
    valid = batch.valid & ((batch.quality & MAJOR_MASK) != BAD)
    if not valid.all():
        value = np.where(valid, value, np.array(ZEROS[batch.kind], dtype=dtype))
    status = batch.quality | np.multiply(valid, np.uint32(VALID))
    block = Block(batch.kind, tag, ts, value, status, batch.ts_device, batch.native)
    if block.device is not None and (block.device == block.ts).all():
        block = replace(block, device=None)
    in_time = ts.min(initial=TS_MIN_US) >= TS_MIN_US and ts.max(initial=TS_MIN_US) <= ts_max_us
    if in_time and batch.kind not in TEXT_KINDS:
        return block
    fine = (ts >= TS_MIN_US) & (ts <= ts_max_us)
    if batch.kind in TEXT_KINDS:
        fine &= np.array([_is_text(text) for text in block.value.tolist()], dtype=np.bool_)
    return block if fine.all() else block.take(fine)


def _is_text(text: object) -> bool:
    if not isinstance(text, str):
        return False
    if text.isascii():
        return len(text) <= STRING_BYTES_MAX
    try:
        return len(text.encode()) <= STRING_BYTES_MAX
    except UnicodeEncodeError:  # half of a surrogate pair: no text
        return False


def _identities(block: Block) -> Iterator[tuple[object, ...]]:
    values = block.value if block.kind in TEXT_KINDS else bits_of(block)
    return zip(block.tag.tolist(), block.status.tolist(), values.tolist(), strict=True)
