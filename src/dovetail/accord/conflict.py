"""Tell the second of two people what the first said meanwhile: both versions, and what of both can stand together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from dovetail.accord.model import Words
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError

SPOKEN: Final = ("reason", "comment", "state")  # what two versions of a stop may differ in
WAYS: Final = "send it again with their version; with `yields` to let theirs stand, with `beside` where both can"


class Said(Protocol):
    """An edit, as far as a person is told of it."""

    @property
    def what(self) -> str: ...
    @property
    def t0_us(self) -> int: ...
    @property
    def t1_us(self) -> int | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def comment(self) -> str | None: ...
    @property
    def state(self) -> str | None: ...
    @property
    def by_name(self) -> str: ...
    @property
    def at_us(self) -> int: ...
    @property
    def withdrawn(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Mine:
    """What was sent: by whom and when, the words, the version that was seen, and what is left beside the others'."""

    by: str
    at_us: int
    what: str
    words: Mapping[str, str | None]
    seen: str
    beside: Sequence[Words]


def conflict(mine: Mine, stands: object, meanwhile: Sequence[Said], newest: int) -> ConflictError:
    """What the second person is told. `stands`: the stop as it is shown now; `meanwhile`: the newest first."""
    last = meanwhile[0]
    theirs: dict[str, object] = {name: getattr(stands, name, None) for name in SPOKEN}
    version = getattr(stands, "version", "-none").partition("-")[2]
    theirs |= {"by": last.by_name, "at": to_rfc3339(last.at_us), "what": last.what, "version": f"{newest}-{version}"}
    yours: dict[str, object] = {name: mine.words.get(name) for name in SPOKEN}
    yours |= {"by": mine.by, "at": to_rfc3339(mine.at_us), "what": mine.what, "version": mine.seen}
    own, other = (next((one for one in words if one), None) for words in (_words(yours), _words(vars_of(last))))
    told, own_told = other or _deed(last.what), own or _deed(mine.what)
    said = f"{last.by_name} said {told} of this meanwhile"
    taken = f"what {last.by_name} said of this ({told}) was taken back meanwhile"  # by whoever: only its author is kept
    message = f"{taken if last.withdrawn else said}; you say {own_told}"
    members = {"yours": yours, "theirs": theirs, "meanwhile": [_told(one) for one in meanwhile]}
    return ConflictError(message, hint=WAYS, members=members | {"both": [_part(one) for one in mine.beside]})


def nothing_beside(by: str) -> InvalidError:
    """Words that cannot stand beside the others'."""
    return InvalidError(
        f"nothing of this can stand beside what {by} said", pointer="/beside", code="edit-beside",
        hint="send it without `beside` to put yours in its place, or with `yields` to let theirs stand",
    )  # fmt: skip


def bulk(found: Sequence[tuple[str, ConflictError]]) -> ConflictError:
    """One answer of all stops of a bulk of which somebody spoke meanwhile; each by the pointer of its place."""
    first = found[0][1]
    conflicts = [{"pointer": pointer, **one.members} for pointer, one in found]
    hint = "send it again with their version for each of these stops, or without them: nothing of it is written yet"
    message = first.message if len(found) == 1 else f"of {len(found)} stops somebody spoke meanwhile: {first.message}"
    return ConflictError(message, hint=hint, members={**first.members, "conflicts": conflicts})


def vars_of(said: Said) -> dict[str, object]:
    """The words of an edit by their names."""
    return {name: getattr(said, name) for name in SPOKEN}


def _words(said: Mapping[str, object]) -> list[object]:
    return [said[name] for name in SPOKEN]


def _deed(what: str) -> str:
    return {"split": "a split", "acknowledge": "that it is right"}.get(what, "nothing")


def _told(one: Said) -> dict[str, object]:
    return vars_of(one) | {
        "what": one.what, "by": one.by_name, "at": to_rfc3339(one.at_us), "withdrawn": one.withdrawn, **_span(one)
    }  # fmt: skip


def _part(one: Words) -> dict[str, object]:
    return {**_span(one), "says": sorted(one.matters)}


def _span(one: Said | Words) -> dict[str, str | None]:
    return {"start": to_rfc3339(one.t0_us), "end": None if one.t1_us is None else to_rfc3339(one.t1_us)}
