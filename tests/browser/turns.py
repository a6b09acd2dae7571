"""Who tests at the same time: whoever works at the line does it in turns, on one worker; others look meanwhile."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

NOW: Final = "the line as it runs"  # machines are jammed, jobs started, cables pulled, pieces entered
SCREENS: Final = "the screens"
SCREENS_OF_THE_PAST: Final = "the screens of the past"
PAST: Final = "the line's past"  # stops that are over are given a reason, and figures must not move meanwhile
CLOSING: Final = "test_browser_calendars"  # a day that is closed moves both: nobody looks at the past meanwhile
TURNS: Final = {
    "test_browser_calendars": NOW,
    "test_browser_andon": NOW,
    "test_browser_job": NOW,
    "test_browser_live": NOW,
    "test_browser_operator_day": NOW,
    "test_browser_station": NOW,
    "test_browser_tags": NOW,
    "test_browser_two_people": NOW,
    "test_browser_as_known": PAST,
    "test_browser_corrections": PAST,
    "test_browser_explain": PAST,
    "test_browser_giving": PAST,
    "test_browser_lead_day": PAST,
    "test_browser_new_lead": PAST,
    "test_browser_signing": PAST,
    "test_browser_stops": PAST,
    "test_browser_timeline": PAST,
    "test_browser_walk_of_a_number": PAST,
}
# These change nothing that others look at, or have an installation of their own.
ELSEWHERE: Final = {
    "test_browser_connect",
    "test_browser_door",
    "test_browser_import_tags",
    "test_browser_lost_link",
    "test_browser_people",
    "test_browser_screens",
    "test_browser_sign_in",
    "test_browser_unknown_device",
}


FIRST: Final = (NOW, SCREENS, "test_browser_unknown_device", "test_browser_lost_link", "test_browser_people")
LAST: Final = (PAST, SCREENS_OF_THE_PAST)  # the past arrives meanwhile


def turn_of(nodeid: str) -> str:
    """Who takes turns with this test. One of a file that is not named here works at the line as it runs."""
    file, _, test = nodeid.partition("::")
    name = PurePosixPath(file).stem
    if name == "test_browser_screens":
        return SCREENS_OF_THE_PAST if "_of_the_past_" in test else SCREENS
    return name if name in ELSEWHERE else TURNS.get(name, NOW)


def scope_of(nodeid: str) -> str:
    """What one worker does at a stretch: a turn, or a file of tests that lie elsewhere and do not look at this line."""
    file = nodeid.partition("::")[0]
    return turn_of(nodeid) if PurePosixPath(file).parent.name == "browser" else file


def place_of(turn: str) -> int:
    """When its turn is: the longest first, what needs the line's past last."""
    return FIRST.index(turn) if turn in FIRST else len(FIRST) + (1 + LAST.index(turn) if turn in LAST else 0)


@contextmanager
def in_turn(nodeid: str, lock: Path) -> Iterator[None]:
    """While days are closed nobody looks at the past; `lock` is the same file for all workers."""
    closes = CLOSING in nodeid
    if not closes and turn_of(nodeid) not in LAST:
        yield
        return
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX if closes else fcntl.LOCK_SH)
        yield


class OneLineAtATime(LoadScopeScheduling):
    """Each turn is one scope, on one worker; they are begun in the order in which the tests were collected."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
