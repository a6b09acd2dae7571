"""What a terminal shows of words that a device wrote."""

from __future__ import annotations

import pytest

from dovetail.terminal.asking import plain


@pytest.mark.parametrize("text, shown", [
    ("Füller 3 · №7",            "Füller 3 · №7"),
    ("pump \x1b[2J7",            "pump \ufffd[2J7"),
    ("two\nlines\t\x9b1m",       "two\ufffdlines\ufffd\ufffd1m"),
    ("\u202etxt.exe",            "\ufffdtxt.exe"),
    (161.0,                      "161.0"),
])  # fmt: skip
def test_a_devices_words_do_not_steer_the_terminal(text: object, shown: str) -> None:
    assert plain(text) == shown
