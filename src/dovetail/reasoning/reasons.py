"""What may be written of the reasons of a plant: categories, groups in them, and reasons in these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, cast

from pydantic import Field, model_validator

from dovetail.reasoning.written import Entry, Name, Words

type Category = Literal["failure", "setup", "planned", "external", "quality", "other"]
LEVELS_MAX: Final = 3  # more nobody finds his way in beside a machine that stands
KEY_MAX: Final = 400  # characters of a reason with all it lies under, as records keep it


class LeafEntry(Entry):
    """A reason of the third level; its category is its group's unless it says another."""

    name: Words | None = None
    category: Category | None = None

    @model_validator(mode="before")
    @classmethod
    def _the_last(cls, said: Any) -> Any:
        if isinstance(said, Mapping) and "children" in said:
            raise ValueError(f"reasons lie in {LEVELS_MAX} levels at most: nothing can lie below the third")
        return cast("object", said)


class ChildEntry(Entry):
    """A reason of the second level; its category is its parent's unless it says another."""

    name: Words | None = None
    category: Category | None = None
    children: dict[Name, LeafEntry | None] = Field(default={})


class ReasonEntry(Entry):
    """A reason of the first level. The category says to which time of ISO 22400 it belongs (STANDARDS §1)."""

    name: Words | None = None
    category: Category = "other"
    children: dict[Name, ChildEntry | None] = Field(default={})


def body_of(code: str, entry: ReasonEntry) -> dict[str, Any]:
    """A reason with all below it, names and categories filled in, as plain data."""
    return {"name": entry.name or code, "category": entry.category, "children": _below(entry, entry.category)}


def _below(entry: ReasonEntry | ChildEntry, category: Category) -> dict[str, Any]:
    return {child: _child(child, said, category) for child, said in entry.children.items()}


def _child(code: str, entry: ChildEntry | LeafEntry | None, category: Category) -> dict[str, Any]:
    own = (entry.category if entry else None) or category
    named = {"name": (entry.name if entry else None) or code, "category": own}
    return named | ({"children": _below(entry, own)} if isinstance(entry, ChildEntry) and entry.children else {})


def written_codes(written: object, above: str = "") -> Iterator[tuple[tuple[str, ...], str]]:
    """(path below `reasons`, key) of every reason as it is written, faulty ones too."""
    if not isinstance(written, Mapping):
        return
    for code, said in cast("Mapping[Any, object]", written).items():
        key = f"{above}/{code}" if above else str(code)
        yield (str(code),), key
        if isinstance(said, Mapping):
            below = written_codes(cast("Mapping[str, object]", said).get("children"), key)
            yield from (((str(code), "children", *path), name) for path, name in below)
