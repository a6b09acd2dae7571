"""Which data item of an agent a tag is: its `id`, and for a condition or a data set what of it.

`Xact` is the data item with that id (unique in the agent), or else with that name. Of a condition the plain address is
its level; `Xload.code`, `Xload.text` and `Xload.qualifier` are what the worst active entry carries. `vars#R1` is one
entry of a data set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from dovetail.core.errors import ConfigError

EXAMPLES: Final = "Xact · execution · system_cond · system_cond.code · vars#R1"
_HINT: Final = f"write it like {EXAMPLES}"
_FORM: Final = re.compile(r"([^\s#]+?)(?:\.(code|text|qualifier)|#(\S+))?")

type Part = Literal["value", "code", "text", "qualifier", "entry"]


@dataclass(frozen=True, slots=True)
class ItemAddress:
    """A data item by id or name; `key` is of an entry of a data set."""

    item: str
    part: Part = "value"
    key: str = ""


def parse_address(text: str) -> ItemAddress:
    """An address as written in plant code. Raises ConfigError.

    >>> parse_address("system_cond.code").part
    'code'
    """
    found = _FORM.fullmatch(text.strip())
    if found is None or len(text) > 512:
        what = f"{text!r} is no MTConnect data item: an id or a name without blanks"
        raise ConfigError(what, code="mtconnect-address", hint=_HINT)
    if found[3] is not None:
        return ItemAddress(found[1], "entry", found[3])
    match found[2]:
        case "code" | "text" | "qualifier" as part:
            return ItemAddress(found[1], part)
        case _:
            return ItemAddress(found[1])
