"""What a text from a machine names, by the words of its plant code; and what became of each that it sent. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Final, Literal, Protocol

from dovetail.core import patterns
from dovetail.core.limits import JOB_NAME_MAX, JOB_TEXT_MAX
from dovetail.jobtexts.plant import JobEntry

type Read = tuple[int, str, tuple[int, JobEntry]]  # ts_us, text, by which tag and words
type Outcome = Literal["names", "ends", "held", "nothing"]
type Why = Literal["too-long", "no-match", "no-order", "no-product", "unknown"]

AROUND: Final = "\0 \t\r\n\v\f"  # how controllers fill their texts up


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names, in the machine's words; `either` where it may be an order or a product."""

    order: str | None = None
    product: str | None = None
    lot: str | None = None
    either: str | None = None


class Order(Protocol):
    """A job order, as far as a text looks at it."""

    @property
    def id(self) -> str: ...
    @property
    def product(self) -> str: ...
    @property
    def lot(self) -> str | None: ...
    @property
    def standard_rate_upm(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class JobText:
    """A text as a tag said it, and what became of it, as known in [known_from, known_to).

    `outcome` names: a job begins; ends: what runs ends; held: nobody knows it, `why` says which part; nothing: a person
    said that it was no job. `mapping`: by which words it was read. `by_name`: who said what it meant, None for the
    plant code.
    """

    id: str
    equipment_id: int
    tag_id: int
    ts_us: int
    text: str
    outcome: Outcome
    why: Why | None
    job_order: str | None
    product: str | None
    lot: str | None
    standard_rate_upm: float | None
    mapping: str
    by_id: str | None
    by_name: str | None
    note: str | None
    known_from: int
    known_to: int | None


def trimmed(text: str) -> str:
    """A text without what a controller fills it up with, and without what an older, longer one left behind its end.

    >>> trimmed("PO-17\\0\\0  "), trimmed("PO-9\\0" "23")
    ('PO-17', 'PO-9')
    """
    return text.strip(AROUND).partition("\0")[0].rstrip(AROUND)


def digest(entry: JobEntry) -> str:
    """By which words a text was read: the same words, the same digest."""
    return hashlib.sha256(entry.model_dump_json().encode()).hexdigest()[:16]


def says(entry: JobEntry, text: str) -> Named | Literal["ends", "nothing"] | Why:
    """What a trimmed text says by these words: what it names, that it ends what runs or nothing, or why it is held."""
    if text in entry.ends:
        return "ends"
    if not text or text in entry.ignores:
        return "nothing"
    if len(text) > JOB_TEXT_MAX:
        return "too-long"
    if text in entry.products:
        return Named(product=entry.products[text])
    if entry.pattern is None:
        return Named(**{entry.names: text})
    found = _compiled(entry.pattern).fullmatch(text)
    if found is None:
        return "no-match"
    parts = {name: part.strip() or None for name, part in found.groupdict().items() if part is not None}
    product = parts.get("product")
    if product is None and parts.get("order") is None:
        return "no-match"
    if any(len(parts.get(name) or "") > JOB_NAME_MAX for name in ("order", "lot")):
        return "too-long"
    return Named(parts.get("order"), entry.products.get(product or "", product), parts.get("lot"))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> patterns.Pattern:
    return patterns.checked(pattern, JOB_TEXT_MAX)


@dataclass(frozen=True, slots=True)
class Meant:
    """The job that a text begins."""

    product: str
    job_order: str | None = None
    lot: str | None = None
    standard_rate_upm: float | None = None


def meant(named: Named, order: Order | None, products: Iterable[str]) -> Meant | Why:
    """The job that is named, of what is planned and known; else what of it nobody knows.

    An order that is planned brings its product, lot and rate; one that is not needs a product beside it.
    """
    word = named.order or named.either
    if word is not None and order is not None:
        return Meant(named.product or order.product, order.id, named.lot or order.lot, order.standard_rate_upm)
    product = named.product or named.either
    if product is None:
        return "no-order"
    if product in set(products):
        return Meant(product, named.order, named.lot)
    return "no-product" if named.either is None else "unknown"


def changes(seen: Iterable[Read], before: str | None) -> list[Read]:
    """Where a tag says another text that says something. Samples by (ts, arrival): of one moment the last counts."""
    last_at = {ts_us: (ts_us, trimmed(text), words) for ts_us, text, words in seen}
    changed: list[Read] = []
    for ts_us, text, words in sorted(last_at.values(), key=itemgetter(0)):
        if text != before and says(words[1], text) != "nothing":
            changed.append((ts_us, text, words))
            before = text
    return changed
