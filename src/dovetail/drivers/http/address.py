"""Where a value stands in a web server's documents: a path, then a JSON pointer (RFC 6901) after `#`.

`status.json#/machine/speed` is the member `speed` of `machine` in the document `status.json` below the connection's
URL; `#/speed` stands in the document at the URL itself. `info.txt#` is the whole body as text. In a name `~1` is `/`
and `~0` is `~`; an element of a list is its number from 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from dovetail.core.errors import ConfigError

EXAMPLES: Final = "#/speed · status.json#/machine/speed · api/meters?id=7#/values/0 · info.txt#"
_HINT: Final = f"write it like {EXAMPLES}"
_ADDRESS_MAX: Final = 2048


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A document relative to the connection's URL, and the steps into it; no steps: the whole document.

    `is_text`: the body is not JSON but the value itself.
    """

    document: str
    steps: tuple[str, ...]
    is_text: bool = False


def parse_address(text: str) -> WebAddress:
    """An address as written in plant code. Raises ConfigError that says which part is wrong.

    >>> parse_address("status.json#/machine/0/speed").steps
    ('machine', '0', 'speed')
    """
    document, hash_, pointer = text.strip().partition("#")
    if not hash_:
        raise _wrong(text, "after the document comes # and a pointer into it")
    if len(text) > _ADDRESS_MAX or any(letter.isspace() for letter in document):
        raise _wrong(text, f"a document's path has no blanks and an address at most {_ADDRESS_MAX} characters")
    parts = urlsplit(document)
    if parts.scheme or parts.netloc or document.startswith("/") or ".." in parts.path.split("/"):
        raise _wrong(text, "a document is relative to the connection's `url` and stays below it")
    if not pointer:
        return WebAddress(document, (), is_text=True)
    return WebAddress(document, steps_of(pointer, text))


def steps_of(pointer: str, text: str) -> tuple[str, ...]:
    """The names in a JSON pointer; `/` alone is the whole document. Raises ConfigError."""
    if not pointer.startswith("/"):
        raise _wrong(text, "a pointer begins with /")
    if re.search(r"~(?![01])", pointer):
        raise _wrong(text, "in a name ~1 stands for / and ~0 for ~")
    if pointer == "/":
        return ()
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))


def _wrong(text: str, why: str) -> ConfigError:
    return ConfigError(f"{text!r} is no address in a web document: {why}", code="http-address", hint=_HINT)
