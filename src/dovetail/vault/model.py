"""What a secret may be called, and which of them the plant code names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from dovetail.core.errors import InvalidError
from dovetail.core.secretname import REFERENCE, name_of

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,119}\Z")  # as it stands after secret:// in plant code
VALUE_MAX: Final = 8_192  # characters: a private key in PEM is the longest that anybody keeps


@dataclass(frozen=True, slots=True)
class Secret:
    """That a secret is kept, since when and by whom; never what it is."""

    name: str
    changed_us: int
    changed_by: str


def check_name(name: str) -> str:
    """The name, when it can stand in plant code. Raises InvalidError."""
    if not NAME.match(name):
        raise InvalidError(
            f"{name!r} cannot be the name of a secret",
            pointer="/name",
            code="secret-name",
            hint="letters, digits and . _ / - ; it is written secret://name in plant code",
        )
    return name


def named_in(value: object) -> Iterator[str]:
    """The names behind every `secret://…` anywhere inside a mapping of options."""
    if isinstance(value, str) and value.startswith(REFERENCE):
        yield name_of(value)
    elif isinstance(value, Mapping):
        for below in cast("Mapping[str, object]", value).values():
            yield from named_in(below)
    elif isinstance(value, list | tuple):
        for below in cast("list[object]", value):
            yield from named_in(below)
