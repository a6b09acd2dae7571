"""What people at machines are refused they read in their language: each code of their rooms has German words.

Why: a sentence in another language beside a button that did nothing is no way on.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
WORDS: Final = ROOT / "ui" / "src" / "words" / "refusals.ts"
ROOMS: Final = (
    "accord", "causes", "counting", "cycletimes", "dispatch", "groupings", "histories", "holding", "jobtexts", "losses",
    "meters", "pace", "performance", "production", "reasoning", "scans", "signatures", "standstills", "timeline",
    "workings",
)  # fmt: skip
RAISED: Final = re.compile(r'code="(?P<code>[a-z-]+)"')


def raised() -> set[str]:
    files = [file for room in ROOMS for file in (ROOT / "src" / "dovetail" / room).rglob("*.py")]
    return {code for file in files for code in RAISED.findall(file.read_text(encoding="utf-8"))}


def translated() -> set[str]:
    return set(re.findall(r'^  "?([a-z-]+)"?: \[', WORDS.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_refusal_at_a_machine_has_german_words() -> None:
    assert raised() - translated() == set(), "say it in ui/src/words/refusals.ts"


def test_the_rooms_refuse_what_they_are_known_to() -> None:
    assert {"reason-unknown", "count-sum", "job-running", "reading-gap", "shift-signed"} <= raised()
