"""A server's log: a row that cannot be read says whose frame it held, and what comes again is no gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from twicetold_world import send

from dovetail.core.bus import Bus
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.testing.clock import ManualClock
from samples_stores import ServerStore

pytestmark = pytest.mark.postgres
ALL = system_scope("test")
SPOILT = "body = set_byte(body, {at}, get_byte(body, {at}) # 4)"
UNTOLD = "told = set_byte(told, 12, get_byte(told, 12) # 4)"


@pytest.fixture(scope="module")
def store(postgres_url: str) -> Iterator[ServerStore]:
    place = ServerStore(postgres_url, "twicetold")
    yield place
    place.close()


@pytest.fixture
def opened(store: ServerStore, clock: ManualClock) -> Iterator[Callable[[], Historian]]:
    """Open the database as a server does; a second call closes the first one."""
    store.empty()
    there: list[Historian] = []

    def open_one() -> Historian:
        while there:
            there.pop().close()
        there.append(Historian(store.open(), clock=clock, bus=Bus(), owner_of={1: 1, 2: 1}.get))
        return there[0]

    yield open_one
    while there:
        there.pop().close()


def spoil(historian: Historian, *changes: str, head_id: int = 2) -> None:
    with historian.storage.head.transaction() as session:
        for change in changes:
            session.execute(f"update head set {change} where head_id = ?", (head_id,))


def account(historian: Historian) -> dict[str, tuple[int, int, int]]:
    """By source: expected, stored, gap; and it comes out even."""
    found = historian.delivery()
    assert all(one.expected == one.stored + one.duplicate + one.refused + one.gap for one in found)
    return {one.source: (one.expected, one.stored, one.gap) for one in found}


def held(historian: Historian, tag: int) -> int:
    return sum(map(len, historian.raw((tag,), 0, 1 << 60, scope=ALL)))


@pytest.mark.parametrize("at", [0, 3, 5, 40], ids=["magic", "version", "sum", "samples"])
def test_a_row_that_cannot_be_read_is_a_gap_of_its_source_until_its_frame_comes_again(
    opened: Callable[[], Historian], at: int, caplog: pytest.LogCaptureFixture
) -> None:
    historian = opened()
    send(historian, 1, 2)
    spoil(historian, SPOILT.format(at=at))
    for _ in range(2):
        historian = opened()
        assert account(historian) == {"press": (20, 20, 0), "oven": (14, 7, 7)}
    assert "7 samples of oven, live, are lost with the head (epoch 1, frame 1)" in caplog.text
    with historian.storage.head.snapshot() as session:
        assert [tuple(row) for row in session.execute("select head_id, n from head_aside").fetchall()] == [(2, 7)]
    send(historian, 1, 2, 3)
    for _ in range(2):
        assert account(historian) == {"press": (30, 30, 0), "oven": (21, 21, 0)}
        historian.seal_once()
        assert (held(historian, 1), held(historian, 2)) == (30, 21)
        historian = opened()
        send(historian, 1, 2, 3)


def test_a_row_whose_telling_is_spoilt_too_is_a_gap_of_nobody_that_is_known(opened: Callable[[], Historian]) -> None:
    historian = opened()
    send(historian, 1, 2)
    spoil(historian, SPOILT.format(at=40), UNTOLD)
    historian = opened()
    assert account(historian) == {"press": (20, 20, 0), "oven": (14, 14, 0), "(unknown)": (7, 0, 7)}


def test_of_a_row_that_an_earlier_version_wrote_nobody_knows_whose_it_was(opened: Callable[[], Historian]) -> None:
    historian = opened()
    send(historian, 1)
    spoil(historian, SPOILT.format(at=40), "told = null")
    historian = opened()
    assert account(historian)["(unknown)"] == (7, 0, 7)


def test_of_a_row_that_chunks_hold_nothing_is_lost(opened: Callable[[], Historian]) -> None:
    historian = opened()
    historian.consumer_at("states", 0)
    send(historian, 1, 2)
    historian.seal_once()
    spoil(historian, SPOILT.format(at=40))
    historian = opened()
    assert account(historian) == {"press": (20, 20, 0), "oven": (14, 14, 0)}
    assert (held(historian, 1), held(historian, 2)) == (20, 14)
