"""Which samples may change what a work unit does: those are dealt with at once, all others together a little later.

A machine that counts a piece changes nothing but a number; one whose state signal moves is waited for at a screen. What
is told apart here decides only when something is derived, never what: the engine reads every sample in either case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from dovetail.tracks.series import Part

type Watch = Literal["value", "movement"]
type Watched = Mapping[int, Watch]  # by tag; a tag that is not there (a counter) never changes a state
type Heard = dict[int, tuple[Any, bool]]  # by tag: the newest to arrive and whether it is good


def is_news(tag: int, part: Part, watch: Watch, heard: Heard, *, running: bool) -> bool:
    """Whether these samples may change the state. `running`: that a signal moves is then no news, only its standstill.

    Every sample is held against the one that arrived before, so that none that differs is passed over.
    """
    _, value, good = part
    before, was_good = heard.get(tag, (None, None))
    heard[tag] = (value[-1], bool(good[-1]))
    if was_good is None or bool((good != was_good).any()):
        return True
    return bool(was_good) and not (running and watch == "movement") and bool((value != before).any())
