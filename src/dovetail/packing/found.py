"""What is said of chunks without opening them: by who reads, who compares, who weighs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dovetail.core.batch import Kind
from dovetail.packing.headers import Header


@dataclass(frozen=True, slots=True)
class Found:
    """A chunk as a reader finds it: the header first, the body only when asked for by its row."""

    id: int
    kind: Kind
    header: Header


class Listed(NamedTuple):
    """A chunk as a list shows it."""

    kind: int
    t0: int
    t1: int
    n: int
    checksum: bytes


@dataclass(frozen=True, slots=True)
class Weight:
    """What a month holds of one tag: chunks, samples, bytes, and from when to when."""

    tag: int
    chunks: int
    n: int
    bytes: int
    t0: int
    t1: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One chunk as somebody weighs it who never opens it."""

    id: int
    tag: int
    t0: int
    t1: int
    n: int
    bytes: int
