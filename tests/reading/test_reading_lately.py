"""What was opened lately is at hand for who asks again, as long as it counts, and no longer than there is room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dovetail.chunkstore.opening import Opening
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.reading import lately
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

EVERYBODY = system_scope("test")
N = 100
TAGS = [1, 2, 3]
CUTS = [DAY_ZERO_US, DAY_ZERO_US + N * SECOND_US]


@pytest.fixture
def historian(tmp_path: Path) -> Iterator[Historian]:
    opened = Historian(tmp_path, clock=ManualClock(CUTS[1]), bus=Bus(), owner_of=lambda _tag: 1)
    put(opened, 1, range(N))
    yield opened
    opened.close()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The tags of chunks that were read from their month."""
    tags: list[int] = []
    all_packed = Opening._all_packed

    def told(view, *asked):
        for some in all_packed(view, *asked):
            tags.extend(one[1] for one in some)
            yield some

    monkeypatch.setattr(Opening, "_all_packed", told)
    return tags


def put(historian: Historian, seq: int, seconds: range, tags: list[int] = TAGS) -> None:
    """Sealed at once; each second a sample of each tag."""
    rows = [(tag, DAY_ZERO_US + at * SECOND_US, float(tag * at), 0xC0) for tag in tags for at in seconds]
    historian.put([Frame("plc", Lane.LIVE, 1, seq, (Batch.of(Kind.F64, rows),))])
    historian.seal_once()


def sums(historian: Historian) -> dict[int, float]:
    """By tag."""
    found = historian.slotted(TAGS, CUTS, "sums", scope=EVERYBODY, as_of=None)
    of = {place: float((found.folded.value + found.folded.total)[found.place == place].sum()) for place in range(3)}
    return {TAGS[place]: total for place, total in of.items()}


def test_who_asks_again_finds_it_at_hand(historian: Historian, read: list[int]) -> None:
    once = sums(historian)
    assert (once, read) == ({tag: tag * 4950.0 for tag in TAGS}, TAGS)
    assert (sums(historian), read) == (once, TAGS)


def test_what_came_since_is_read_and_nothing_else(historian: Historian, read: list[int]) -> None:
    """A late sample of one signal makes its chunk another one."""
    sums(historian)
    rows = [(2, DAY_ZERO_US + SECOND_US // 2, 1_000.0, 0xC0)]
    historian.put([Frame("plc", Lane.BACKLOG, 1, 1, (Batch.of(Kind.F64, rows),))])
    historian.seal_once()
    read.clear()
    assert (sums(historian)[2], read) == (2 * 4950.0 + 1_000.0, [2])


def test_what_went_does_not_count_any_more(historian: Historian) -> None:
    sums(historian)
    (month,) = historian.dropper.months()
    with historian.dropper.still():
        historian.dropper.drop(month, None, [])
    assert sums(historian) == dict.fromkeys(TAGS, 0.0)


def test_there_is_no_more_of_it_than_room(
    historian: Historian, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came first goes first; who asks again gets the same."""
    once = sums(historian)
    room = historian._reader.lately.bytes
    assert 0 < room < 10_000
    monkeypatch.setattr(lately, "OPENED_BYTES_MAX", room - 1)
    historian._reader.lately._lines.clear()
    historian._reader.lately.bytes = 0
    sums(historian)
    read.clear()
    assert (sums(historian), read) == (once, TAGS[:1])
    assert historian._reader.lately.bytes < room


def test_of_a_signal_whose_newest_alone_is_at_hand_all_is_summed_up(historian: Historian, read: list[int]) -> None:
    """Who looked at the last hour looks at three: chunks in no order would have to be read sample by sample."""
    put(historian, 2, range(N, N + N // 4))
    later = [DAY_ZERO_US + N * SECOND_US, DAY_ZERO_US + (N + N // 4) * SECOND_US]
    historian.slotted(TAGS, later, "sums", scope=EVERYBODY, as_of=None)
    assert read == TAGS
    found = historian.slotted(TAGS, [CUTS[0], later[1]], "sums", scope=EVERYBODY, as_of=None)
    assert found.places.tolist() == [0, 1, 2]
    assert found.folded.n.sum() + len(found.place) == len(TAGS) * (N + N // 4)
