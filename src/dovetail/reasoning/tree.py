"""The reasons a stop may be given: those of the plant at that time, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dovetail.core.errors import InvalidError
from dovetail.plantcode.report import did_you_mean
from dovetail.reasoning.model import BLOCKED_REASON, STARVED_REASON

type Tree = Mapping[str, Mapping[str, Any]]  # code → name, category, children

CATEGORY: Final = "external"
OWN: Final[tuple[str, ...]] = (STARVED_REASON, BLOCKED_REASON)  # given by the engine, also where no plant names them


def categories(tree: Tree) -> dict[str, str]:
    """The category of every reason of a tree by its key, `group` or `group/code`."""
    found: dict[str, str] = dict.fromkeys(OWN, CATEGORY)
    for code, body in tree.items():
        found[code] = body["category"]
        found |= {f"{code}/{child}": said["category"] for child, said in body["children"].items()}
    return found


def require(tree: Tree, key: str) -> str:
    """The category of a reason. Raises InvalidError where the tree has none of that key."""
    found = categories(tree)
    if key not in found:
        message, hint = f"there was no reason {key!r} at that time", did_you_mean(key, found)
        raise InvalidError(message, pointer="/reason", code="reason-unknown", hint=hint)
    return found[key]
