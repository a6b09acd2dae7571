"""Who tests at the same time: whoever jams machines, enters stops or closes days does it in turns, on one worker."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from xdist.scheduler import LoadScopeScheduling

ELSEWHERE: Final = {  # these change nothing that others look at, or have an installation of their own
    "test_browser_connect",
    "test_browser_door",
    "test_browser_lost_link",
    "test_browser_people",
    "test_browser_screens",
    "test_browser_sign_in",
}


class OneLineAtATime(LoadScopeScheduling):
    """All files that work at the demo's line are one scope; each of the others is one of its own."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0]).stem
        return file if file in ELSEWHERE else "the line"
