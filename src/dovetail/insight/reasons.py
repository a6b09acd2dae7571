"""The reasons offered at an equipment, when somebody is asked why it stood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from dovetail.reasoning.tree import Tree, below

QUALITY: Final = "quality"  # why pieces are scrap, not why a machine stands


def offered(tree: Tree, wanted: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The part of a tree that an equipment offers; `wanted` names reasons, each with all below it; empty: all that
    stop it."""
    names = set(wanted)
    if not names:
        return {code: dict(body) for code, body in tree.items() if body["category"] != QUALITY}
    return _among(tree, names)


def _among(tree: Tree, names: set[str], above: str = "") -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for code, body in tree.items():
        key = f"{above}{code}"
        if key in names:
            found[code] = dict(body)
        elif children := _among(below(body), names, f"{key}/"):
            found[code] = {**body, "children": children}
    return found
