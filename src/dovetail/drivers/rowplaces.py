"""Where in rows a tag's value stands: a column, and which rows are meant where many machines share a table.

`speed` is a column by its name, `#3` the third one, `@10-14` the characters 10 to 14 of a line, `/machine/speed` a
member of a JSON document. After `?` stand columns that must hold a text: `value?machine=M1&signal=temp`. In names
and texts `%3F`, `%26`, `%3D`, `%23`, `%40`, `%2F` and `%25` stand for ? & = # @ / and %.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote

from dovetail.core.errors import ConfigError

ADDRESS_MAX: Final = 500
COLUMNS_MAX: Final = 16_384  # what the widest spreadsheets have
LINE_MAX: Final = 1 << 20

type Form = Literal["name", "number", "span", "pointer"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `name` for a name; `first` and `last` from 0 for a number and for characters; `steps` for JSON."""

    form: Form
    written: str
    name: str = ""
    first: int = 0
    last: int = 0
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A column, in the rows where each of `only` holds its text."""

    column: Column
    only: tuple[tuple[Column, str], ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """All that is looked at."""
        return (self.column, *(column for column, _ in self.only))


def parse_place(text: str, *, examples: str) -> Place:
    """An address as written in plant code. Raises ConfigError that says which part is wrong.

    >>> parse_place("value?machine=M1", examples="").only[0][1]
    'M1'
    """
    head, question, tail = text.strip().partition("?")
    if len(text) > ADDRESS_MAX:
        raise _wrong(text, f"it has at most {ADDRESS_MAX} characters", examples)
    only: list[tuple[Column, str]] = []
    for part in tail.split("&") if question else ():
        name, equals, wanted = part.partition("=")
        if not equals:
            raise _wrong(text, "after ? stand column=text, joined by &", examples)
        only.append((parse_column(name, examples=examples), unquote(wanted)))
    return Place(parse_column(head, examples=examples), tuple(only))


def parse_column(text: str, *, examples: str) -> Column:
    """One column as written. Raises ConfigError."""
    written = text.strip()
    if written.startswith("#"):
        if not re.fullmatch(r"#[1-9][0-9]{0,4}", written, re.ASCII) or int(written[1:]) > COLUMNS_MAX:
            raise _wrong(text, "after # stands the number of the column, from 1", examples)
        return Column("number", written, first=int(written[1:]) - 1)
    if written.startswith("@"):
        return _span(written, examples)
    if written.startswith("/"):
        if re.search(r"~(?![01])", written):
            raise _wrong(text, "in a name ~1 stands for / and ~0 for ~", examples)
        steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in written[1:].split("/"))
        return Column("pointer", written, steps=() if steps == ("",) else steps)
    name = unquote(written)
    if not name or not name.isprintable():
        raise _wrong(text, "a column has a name", examples)
    return Column("name", written, name=name)


def _span(written: str, examples: str) -> Column:
    found = re.fullmatch(r"@([1-9][0-9]{0,6})(?:-([1-9][0-9]{0,6}))?", written, re.ASCII)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not first <= last <= LINE_MAX:
        raise _wrong(written, "after @ stand the first and the last character, from 1", examples)
    return Column("span", written, first=first - 1, last=last)


def _wrong(text: str, why: str, examples: str) -> ConfigError:
    return ConfigError(f"{text!r} is no place in rows: {why}", code="row-address", hint=f"write it like {examples}")
