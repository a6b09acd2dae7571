"""Where a tag's value stands in the rows of a statement: a column, and in which rows."""

from __future__ import annotations

from typing import Final

from dovetail.core.errors import ConfigError
from dovetail.drivers.rowplaces import Column, Place, parse_column, parse_place

EXAMPLES: Final = "good · value?machine=M1&signal=temp"


def parse_address(text: str) -> Place:
    """An address as written in plant code. Raises ConfigError that says which part is wrong.

    >>> parse_address("value?machine=M1").column.name
    'value'
    """
    place = parse_place(text, examples=EXAMPLES)
    for column in place.columns:
        _named(column)
    return place


def column(text: str) -> Column:
    """A column that an option names. Raises ConfigError."""
    return _named(parse_column(text, examples="id"))


def _named(found: Column) -> Column:
    if found.form != "name":
        raise ConfigError(f"{found.written!r} is no column's name", code="row-address", hint=f"like {EXAMPLES}")
    return found
