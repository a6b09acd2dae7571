"""Where a tag's value stands in what is posted: a JSON pointer into each row, and which rows are meant."""

from __future__ import annotations

from typing import Final

from dovetail.core.errors import ConfigError
from dovetail.drivers.rowplaces import Column, Place, parse_column, parse_place

EXAMPLES: Final = "/speed · /machine/0/speed · /value?/name=temp"
_FORMS: Final = frozenset({"pointer", "name"})


def parse_address(text: str) -> Place:
    """An address as written in plant code; `#/speed`, as of a web page, is `/speed`. Raises ConfigError.

    >>> parse_address("/machine/speed").column.steps
    ('machine', 'speed')
    """
    place = parse_place(_plain(text), examples=EXAMPLES)
    for one in place.columns:
        _check(one, text)
    return place


def column(text: str) -> Column:
    """A member that an option names. Raises ConfigError."""
    found = parse_column(_plain(text), examples=EXAMPLES)
    _check(found, text)
    return found


def pointer(found: Column) -> str:
    """A member as a JSON pointer (RFC 6901)."""
    steps = (found.name,) if found.form == "name" else found.steps
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _plain(text: str) -> str:
    written = text.strip()
    return written[1:] if written.startswith("#/") else written


def _check(found: Column, text: str) -> None:
    if found.form not in _FORMS:
        what = f"{text!r} is no place in a JSON document"
        raise ConfigError(what, code="webhook-address", hint=f"write it like {EXAMPLES}")
