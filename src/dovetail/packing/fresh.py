"""Chunks that are to be written: their columns, in the words that every store has for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dovetail.packing import chunks
from dovetail.packing.columns import Block
from dovetail.packing.headers import headers

type ChunkRow = tuple[object, ...]  # a chunk as its COLUMNS, with its body


@dataclass(frozen=True, slots=True, eq=False)
class NewChunk:
    """A chunk to write: whose samples, which revision of that stretch it is, and its body where it is packed."""

    block: Block
    rev: int
    body: bytes | None = None


def rows(new: Sequence[NewChunk]) -> Iterator[ChunkRow]:
    """Chunks as their COLUMNS."""
    blocks = [chunk.block for chunk in new]
    for one, block, head in zip(new, blocks, headers(blocks), strict=True):
        of = int(block.tag[0]), int(block.kind)
        yield *of, *head, *chunks.end_of(block), one.rev, chunks.VERSION, one.body or chunks.encode(block)
