"""Where a tag's value stands in a file: a column, by name, number, characters or JSON pointer, and in which rows."""

from __future__ import annotations

from typing import Final

from dovetail.drivers.rowplaces import Column, Place, parse_column, parse_place

EXAMPLES: Final = "Speed · #3 · @10-14 · /machine/speed · Value?Machine=M1"


def parse_address(text: str) -> Place:
    """An address as written in plant code. Raises ConfigError that says which part is wrong.

    >>> parse_address("Value?Machine=M1").column.name
    'Value'
    """
    return parse_place(text, examples=EXAMPLES)


def column(text: str) -> Column:
    """A column that an option names. Raises ConfigError."""
    return parse_column(text, examples=EXAMPLES.partition(" · Value?")[0])
