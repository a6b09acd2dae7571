"""Where a value stands in an OPC UA server: `nsu=urn:maker:line;s=Filler.State`, as a tag list writes it.

OPC 10000-6 §5.1.12: `ns=<index>;` or `nsu=<uri>;` (in the URI `%3B` is `;` and `%25` is `%`), then `i=` number,
`s=` text, `g=` GUID or `b=` base64. The URI form survives a restart that renumbers namespaces; the index form does not.

Some servers give their nodes new numbers at every start and keep only the names: for them there is `path=`, the browse
names from the Objects folder down (`nsu=urn:maker:line;path=Filler/State`), asked of the server at each connection
(OPC 10000-4 §5.9.4). A name of the standard's own namespace is written `0:Name`; `&` stands before a `/`, `:` or `&`
that belongs to a name (OPC 10000-4 Annex A.2).

`#/` and a JSON pointer after the node lead into an array or a structure: `nsu=urn:maker:line;s=Recipe#/Steps/0/Speed`.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from dovetail.core.errors import ConfigError
from dovetail.drivers.base import Point

type Step = tuple[bool, str]  # (whether it is a name of the standard's own namespace, browse name)
type Identifier = int | str | uuid.UUID | bytes | tuple[Step, ...]

EXAMPLES: Final = (
    "nsu=urn:maker:line;s=Filler.State · nsu=urn:maker:line;path=Filler/State · ns=4;i=1001 · ns=4;i=1001#/Speed"
)
_HINT: Final = f"write it like {EXAMPLES}"
_IDENTIFIER_MAX: Final = 4096  # OPC 10000-3: a string identifier has at most 4,096 characters
_NAME: Final = re.compile(r"(?:(0):)?((?:[^&/:]|&[&/:])+)")


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node id before its namespace is resolved: `namespace` is an index or a URI."""

    namespace: int | str
    form: Literal["i", "s", "g", "b", "path"]
    identifier: Identifier
    steps: tuple[str, ...] = ()  # into an array or a structure; none: the value as a whole


def parse_address(text: str) -> NodeAddress:
    """An address as written in plant code. Raises ConfigError that says which part is wrong.

    >>> parse_address("nsu=urn:dovetail:sim;s=Filler.Status.StateCurrent").identifier
    'Filler.Status.StateCurrent'
    >>> parse_address("ns=4;i=1001#/Motors/2/Speed").steps
    ('Motors', '2', 'Speed')
    """
    node, hash_, pointer = text.strip().rpartition("#/")
    namespace, rest = _namespace(node if hash_ else pointer, text)
    form, equals, identifier = rest.partition("=")
    if not equals or form not in ("i", "s", "g", "b", "path"):
        raise _wrong(text, "after the namespace comes i=, s=, g=, b= or path=")
    if not identifier or len(identifier) > _IDENTIFIER_MAX:
        raise _wrong(text, f"the part after {form}= is empty or longer than {_IDENTIFIER_MAX} characters")
    return NodeAddress(namespace, form, _IDENTIFIERS[form](identifier, text), _steps(pointer, text) if hash_ else ())


def inside_of(points: Sequence[Point]) -> dict[int, tuple[str, ...]]:
    """By place, where in the value of its node each point is; without those that are the whole value."""
    found: dict[int, tuple[str, ...]] = {}
    for place, point in enumerate(points):
        with suppress(ConfigError):  # what is no address is told where it is resolved
            if "#/" in point.address and (steps := parse_address(point.address).steps):
                found[place] = steps
    return found


def _steps(pointer: str, text: str) -> tuple[str, ...]:
    """The names in a JSON pointer (RFC 6901) after its first slash."""
    if not pointer or re.search(r"~(?![01])", pointer):
        raise _wrong(text, "after #/ come names with / between them, and in a name ~1 stands for / and ~0 for ~")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/"))


def _namespace(rest: str, text: str) -> tuple[int | str, str]:
    """(index or URI, what follows); the standard's own namespace 0 may be left out."""
    if rest.startswith("nsu="):
        uri, semicolon, rest = rest[4:].partition(";")
        if not uri or not semicolon:
            raise _wrong(text, "nsu= needs a URI and then a semicolon")
        return uri.replace("%3B", ";").replace("%3b", ";").replace("%25", "%"), rest
    if rest.startswith("ns="):
        index, semicolon, rest = rest[3:].partition(";")
        if not semicolon or not re.fullmatch(r"\d{1,5}", index, re.ASCII) or int(index) > 0xFFFF:
            raise _wrong(text, "ns= needs a number from 0 to 65535 and then a semicolon")
        return int(index), rest
    return 0, rest


def _number(identifier: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,10}", identifier, re.ASCII) or int(identifier) > 0xFFFF_FFFF:
        raise _wrong(text, "i= needs a number from 0 to 4294967295")
    return int(identifier)


def _text(identifier: str, _text: str) -> str:
    return identifier


def _guid(identifier: str, text: str) -> uuid.UUID:
    try:
        return uuid.UUID(identifier)
    except ValueError as error:
        raise _wrong(text, "g= needs a GUID such as 09087e75-8e5e-499b-954f-f2a9603db28a") from error


def _opaque(identifier: str, text: str) -> bytes:
    try:
        return base64.b64decode(identifier, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _wrong(text, "b= needs base64") from error


def _path(identifier: str, text: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    at = 0
    while at <= len(identifier):
        found = _NAME.match(identifier, at)
        if found is None or identifier[found.end() : found.end() + 1] not in ("", "/"):
            raise _wrong(text, "path= needs browse names with / between them, and & before a / : or & inside a name")
        steps.append((found[1] is not None, re.sub(r"&([&/:])", r"\1", found[2])))
        at = found.end() + 1
    return tuple(steps)


_IDENTIFIERS = {"i": _number, "s": _text, "g": _guid, "b": _opaque, "path": _path}


def _wrong(text: str, why: str) -> ConfigError:
    return ConfigError(f"{text!r} is no OPC UA address: {why}", code="opcua-address", hint=_HINT)
