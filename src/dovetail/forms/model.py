"""What a reader outside has to know of a signal, and in which form an answer is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from dovetail.core.batch import Kind
from dovetail.core.errors import InvalidError

type Form = Literal["json", "arrow", "f64"]

ARROW: Final = "application/vnd.apache.arrow.stream"  # as registered at IANA
F64: Final = "application/vnd.dovetail.f64"
MEDIA: Final[dict[str, Form]] = {"application/json": "json", ARROW: "arrow", F64: "f64"}


@dataclass(frozen=True, slots=True)
class Named:
    """A signal as files and streams name it; a tag that the plant no longer has is its id."""

    id: int
    path: str
    unit: str | None = None
    kind: Kind | None = None

    def said(self) -> dict[str, object]:
        """For the metadata of a file or a stream."""
        kind = None if self.kind is None else self.kind.name.lower()
        return {"id": self.id, "path": self.path, "unit": self.unit, "kind": kind}


def form_of(accept: str | None) -> Form:
    """The form that an Accept header likes best of those there are (RFC 9110 §12.5.1); JSON where it likes none.

    >>> form_of("application/vnd.apache.arrow.stream, application/json;q=0.5"), form_of("text/html,*/*;q=0.8")
    ('arrow', 'json')
    """
    best: tuple[float, Form] = (0.0, "json")
    for part in (accept or "").split(","):
        media, _, parameters = part.strip().partition(";")
        form = MEDIA.get(media.strip().lower())
        liked = _liked(parameters)
        if form is not None and liked > best[0]:
            best = liked, form
    return best[1]


def _liked(parameters: str) -> float:
    for one in parameters.split(";"):
        name, _, value = one.strip().partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def tag_words(tags: str, *, most: int) -> list[str]:
    """The tags of a list with commas, each named once. Raises InvalidError for none and for too many."""
    words = list(dict.fromkeys(word.strip() for word in tags.split(",") if word.strip()))
    if not words:
        raise InvalidError("name at least one tag, by its id or its path", pointer="/tags", code="tags")
    if len(words) > most:
        raise InvalidError(f"at most {most} tags in one request", pointer="/tags", code="tags-too-many")
    return words
