"""Which tag a name in an expression means, seen from the equipment at which the expression stands."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import Final

from dovetail.expr.errors import ExpressionError
from dovetail.expr.reading import read
from dovetail.expr.tree import signals

EXPRESSIONS_KEPT: Final = 4_096  # read once: the machines of a class have the same


def full_path(own: str, name: str) -> str:
    """The path of the tag that a name in an expression of the equipment `own` means.

    >>> full_path("acme/line1/filler", "speed")
    'acme/line1/filler.speed'
    >>> full_path("acme/line1/filler", "../capper.good")
    'acme/line1/capper.good'
    >>> full_path("acme/line1/filler", "acme/boiler.steam")
    'acme/boiler.steam'
    """
    node, dot, prop = name.rpartition(".")
    if not dot or "/" in prop:
        return f"{own}.{name}"
    if node.startswith("."):
        node = posixpath.normpath(posixpath.join(own, node))
    return f"{node}.{prop}"


@lru_cache(maxsize=EXPRESSIONS_KEPT)
def names_in(text: str) -> tuple[str, ...]:
    """The names of the signals in an expression; none where it cannot be read."""
    try:
        return signals(read(text))
    except ExpressionError:
        return ()
