"""A JSON document of somebody else's: decoded, its rows found by a pointer, and a tag's member in each of them.

Pure. Some machines write NaN and Infinity into their JSON, which is none and yet clear.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import orjson

from dovetail.drivers.rowplaces import Column
from dovetail.drivers.rowtaking import Look

MISSING: Final = object()


class NotJsonError(ValueError):
    """What is wrong at which line and character, both from 1."""

    def __init__(self, what: str, line: int, character: int) -> None:
        super().__init__(f"this is no JSON: {what}")
        self.line = line
        self.character = character


def decoded(text: bytes | str) -> Any:
    """The document. Raises NotJsonError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        try:
            found = json.loads(text)
            json.dumps(found, ensure_ascii=False).encode()  # half letters can be neither stored nor shown
            return found
        except (ValueError, RecursionError):
            raise NotJsonError(error.msg, error.lineno, error.colno) from error


def walk(document: Any, steps: Sequence[str]) -> Any:
    """The member that the steps lead to, MISSING when one of them leads nowhere."""
    for step in steps:
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isascii() and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return MISSING
    return document


def member(column: Column) -> Look:
    """A look into rows that are documents: by name or by pointer. What is missing, null or "" says nothing."""
    steps = (column.name,) if column.form == "name" else column.steps

    def look(row: Any) -> Any:
        found = walk(row, steps)
        return None if found is MISSING or found == "" else found

    return look
