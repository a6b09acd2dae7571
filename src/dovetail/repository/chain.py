"""What was ever put into a repository and taken out of it, each line signed and holding on to the one before.

A line that is missing in the middle, another's, or changed is found; that the last ones are missing is known to whoever
remembers the newest: the installation does.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import orjson

from dovetail.core.errors import ConfigError
from dovetail.repository.keys import ServerKey, is_signed

FIRST: Final = "0" * 64  # before the first line
_HINT: Final = "somebody or something changed the repository; take a backup into a new folder, and keep this one"

type What = Literal["snapshot", "pruned"]


@dataclass(frozen=True, slots=True)
class Link:
    """One line. Of a snapshot: its id, when it was made, and the SHA-256 of its file; `ids`: those taken out."""

    n: int
    what: What
    at: str
    previous: str
    id: str = ""
    sha256: str = ""
    ids: tuple[str, ...] = ()


def line(link: Link, key: ServerKey) -> bytes:
    """It as it is kept, signed."""
    body = _body(link)
    return orjson.dumps({"link": asdict(link), "signature": base64.b64encode(key.sign(body)).decode()})


def digest(kept: bytes) -> str:
    """By which the next line holds on to this one."""
    return hashlib.sha256(kept).hexdigest()


def read(lines: Sequence[bytes], signer: bytes, *, named: str) -> list[Link]:
    """Every link. Raises ConfigError for the first that is not as it was written."""
    found: list[Link] = []
    previous = FIRST
    for n, kept in enumerate(lines):
        link = _signed(kept, signer)
        if link is None or link.n != n or link.previous != previous:
            raise ConfigError(f"line {n + 1} of the chain of {named} was changed", code="backup-chain", hint=_HINT)
        found.append(link)
        previous = digest(kept)
    return found


def standing(links: Sequence[Link]) -> list[Link]:
    """The snapshots that were not taken out, oldest first."""
    gone = {one for link in links if link.what == "pruned" for one in link.ids}
    return [link for link in links if link.what == "snapshot" and link.id not in gone]


def remembers(lines: Sequence[bytes], *, n: int, sha256: str, named: str) -> None:
    """Raise ConfigError unless the line remembered as the newest is still there."""
    if n >= len(lines) or digest(lines[n]) != sha256:
        raise ConfigError(
            f"{named} is older than it was: line {n + 1} of its chain is gone", code="backup-rolled-back", hint=_HINT
        )


def _signed(kept: bytes, signer: bytes) -> Link | None:
    try:
        said: dict[str, Any] = orjson.loads(kept)
        facts: dict[str, Any] = {**said["link"], "ids": tuple(said["link"]["ids"])}
        link = Link(**facts)
        signature = base64.b64decode(said["signature"], validate=True)
    except (ValueError, KeyError, TypeError):
        return None
    return link if is_signed(signer, signature, _body(link)) else None


def _body(link: Link) -> bytes:
    return b"dovetail chain 1\n" + orjson.dumps(asdict(link), option=orjson.OPT_SORT_KEYS)
