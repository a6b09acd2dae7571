"""The reasons offered at an equipment, when somebody is asked why it stood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from dovetail.reasoning.tree import Tree

QUALITY: Final = "quality"  # why pieces are scrap, not why a machine stands


def offered(tree: Tree, wanted: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The part of a tree that an equipment offers; `wanted` names groups and `group/code`; empty: all that stop it."""
    names = set(wanted)
    if not names:
        return {code: dict(body) for code, body in tree.items() if body["category"] != QUALITY}
    found: dict[str, dict[str, Any]] = {}
    for code, body in tree.items():
        children = {c: said for c, said in body["children"].items() if code in names or f"{code}/{c}" in names}
        if children or code in names:
            found[code] = {**body, "children": children}
    return found
