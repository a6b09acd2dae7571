"""Which worker stores which part of the plant: shares as even as they can be, and nothing moves that need not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holding:
    """Who owns a shard (None: nobody ever did), and the token by which the database knows it."""

    shard: int
    worker: str | None
    token: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One worker as the others see it: until when it is believed alive, and what it has done since it began."""

    name: str
    host: str
    since_us: int
    is_alive: bool
    frames: int
    samples: int
    redelivered: int
    refused: int
    shards: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """What a worker should take, of those nobody alive owns, and give back, so that others have their share."""

    take: tuple[Holding, ...]
    give: tuple[int, ...]


def decide(me: str, holdings: Sequence[Holding], alive: Sequence[str]) -> Move:
    """The next step of one worker towards even shares; every worker decides alike, and by itself."""
    workers = sorted({*alive, me})
    place = workers.index(me)
    share = len(holdings) // len(workers) + (1 if place < len(holdings) % len(workers) else 0)
    mine = [one for one in holdings if one.worker == me]
    free = [one for one in holdings if one.worker not in workers]
    return Move(
        take=tuple(free[: max(0, share - len(mine))]),
        give=tuple(one.shard for one in mine[share:]),
    )


def tokens_of(me: str, holdings: Sequence[Holding]) -> Mapping[int, int]:
    """What a worker owns: shard → token."""
    return {one.shard: one.token for one in holdings if one.worker == me}
