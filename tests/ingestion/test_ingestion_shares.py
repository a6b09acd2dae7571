"""Workers share the plant evenly, each deciding for itself, and no shard ever stands under two names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.ingestion.model import Holding, Move, decide

FREE = None


def held(*owners: str | None) -> list[Holding]:
    return [Holding(shard, owner, 1) for shard, owner in enumerate(owners)]


@pytest.mark.parametrize(
    "holdings, alive, take, give",
    [
        #  who owns            who lives     takes       gives back
        (held(FREE, FREE), [], [0, 1], []),  # the first worker has all
        (held("a", "a", "a", "a"), ["b"], [], [2, 3]),  # a second one came: it is to have its share
        (held("a", FREE, "b", "b"), ["b"], [1], []),
        (held("a", "gone", "b", "gone"), ["b"], [1], []),  # one died: each takes a half of what it had
        (held("a", "a", "b", "b"), ["b"], [], []),  # nothing moves that need not
        (held("b", "b", "b", "b"), ["b"], [], []),  # what others have is not taken, they give it
    ],
)
def test_a_worker_takes_and_gives(holdings: list[Holding], alive: list[str], take: list[int], give: list[int]) -> None:
    move = decide("a", holdings, alive)
    assert ([one.shard for one in move.take], list(move.give)) == (take, give)


def apply(holdings: list[Holding], me: str, move: Move) -> list[Holding]:
    """As the database does."""
    taken = {one.shard for one in move.take}
    owner = dict.fromkeys(move.give) | dict.fromkeys(taken, me)
    return [Holding(one.shard, owner.get(one.shard, one.worker), one.token) for one in holdings]


@given(
    owners=st.lists(st.sampled_from(["a", "b", "c", "gone", None]), min_size=1, max_size=16),
    alive=st.sets(st.sampled_from(["a", "b", "c"]), min_size=1),
)
def test_after_two_beats_of_each_all_have_their_share_and_then_nothing_moves(
    owners: list[str | None], alive: set[str]
) -> None:
    holdings = held(*owners)
    for me in sorted(alive) * 2:
        holdings = apply(holdings, me, decide(me, holdings, sorted(alive)))
    counts = [sum(one.worker == me for one in holdings) for me in alive]
    everyone = [owner for owner in ("a", "b", "c") if owner in alive]
    assert sum(counts) == len(holdings)
    assert max(counts) - min(counts) <= 1
    for me in everyone:
        assert decide(me, holdings, sorted(alive)) == Move((), ())
