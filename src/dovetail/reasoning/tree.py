"""The reasons a stop may be given: those of the plant at that time, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from dovetail.core.errors import InvalidError
from dovetail.plantcode.report import did_you_mean
from dovetail.reasoning.model import BLOCKED_REASON, STARVED_REASON

type Tree = Mapping[str, Mapping[str, Any]]  # code → name, category, children: what lies below it, as a tree

CATEGORY: Final = "external"
OWN: Final[tuple[str, ...]] = (STARVED_REASON, BLOCKED_REASON)  # given by the engine, also where no plant names them


def below(body: Mapping[str, Any]) -> Tree:
    """What lies below a reason; nothing at the lowest level."""
    return body.get("children") or {}


def walked(tree: Tree, above: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(key, body) of every reason, each before those below it.

    >>> [key for key, _ in walked({"a": {"children": {"b": {"children": {"c": {}}}}}})]
    ['a', 'a/b', 'a/b/c']
    """
    for code, body in tree.items():
        key = f"{above}/{code}" if above else code
        yield key, body
        yield from walked(below(body), key)


def categories(tree: Tree) -> dict[str, str]:
    """The category of every reason of a tree by its key: `category/group/reason`, as far as it goes."""
    return dict.fromkeys(OWN, CATEGORY) | {key: body["category"] for key, body in walked(tree)}


def require(tree: Tree, key: str) -> str:
    """The category of a reason. Raises InvalidError where the tree has none of that key."""
    found = categories(tree)
    if key not in found:
        message, hint = f"there was no reason {key!r} at that time", did_you_mean(key, found)
        raise InvalidError(message, pointer="/reason", code="reason-unknown", hint=hint)
    return found[key]
