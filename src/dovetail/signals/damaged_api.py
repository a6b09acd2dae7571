"""The route of what a disk has spoilt: which stretches of which signals cannot be read any more."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from dovetail.chunkstore.aside import EVERY
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.damage.known import Hole
from dovetail.forms.model import Named
from dovetail.historian.service import VIEW, Historian
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor

type Find = Callable[[str], Named | None]


class DamagedOut(BaseModel):
    """`samples` of a tag from the first at `start` to the last at `end`; `found`: when, `why`: what is wrong with them.

    Tag 0, path `*`: every signal, in a month that cannot be read as a whole; of at least so many samples. `set_aside`:
    they are kept apart as they lie on the disk; until then whoever reads passes them over.
    """

    tag: int
    path: str
    start: str
    end: str
    samples: int
    found: str
    why: str
    set_aside: bool


def routes(api: Api, historian: Historian, *, named: Find) -> None:
    """Declare it."""

    @api.query("GET", "/samples/damaged", permission=VIEW, summary="What of the samples cannot be read any more")
    def damaged(scope: Scope, cursor: str | None = None, limit: int = PAGE_MAX) -> Page[DamagedOut]:
        """By tag and time. Reading goes on around it: each answer about such a time says so in `dropped`."""
        after, size = decode_cursor(cursor, int, int, int), max(1, min(limit, PAGE_MAX))
        left = [one for one in sorted(historian.damage.all(), key=_place) if after is None or _place(one) > after]
        seen = [one for one in left if one.of.tag == EVERY or _sees(historian, one.of.tag, scope)]
        return Page(
            items=[_said(one, named) for one in seen[:size]],
            next=encode_cursor(*_place(seen[size - 1])) if len(seen) > size else None,
        )


def _place(one: Hole) -> tuple[int, int, int]:
    return one.of.tag, one.t0, one.of.id


def _sees(historian: Historian, tag: int, scope: Scope) -> bool:
    try:
        historian.require((tag,), scope=scope)
    except NotFoundError:
        return False
    return True


def _said(one: Hole, named: Find) -> DamagedOut:
    tag = named(str(one.of.tag)) if one.of.tag != EVERY else None
    path = "*" if one.of.tag == EVERY else str(one.of.tag) if tag is None else tag.path
    return DamagedOut(
        tag=one.of.tag, path=path, start=to_rfc3339(one.t0), end=to_rfc3339(one.t1), samples=one.n,
        found=to_rfc3339(one.of.at_us), why=one.of.why, set_aside=one.is_aside,
    )  # fmt: skip
