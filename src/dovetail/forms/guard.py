"""Text that a device or a stranger wrote must not become a formula in somebody's spreadsheet."""

from __future__ import annotations

from typing import Final

FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "'")


def guarded(text: str) -> str:
    """A text that a spreadsheet does not take for a formula: an apostrophe stands before what would begin one.

    >>> guarded("=1+1"), guarded("DB1.DBD0")
    ("'=1+1", 'DB1.DBD0')
    """
    return f"'{text}" if text.startswith(FORMULAS) else text


def unguarded(text: str) -> str:
    """The text behind a guarding apostrophe."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULAS) else text
