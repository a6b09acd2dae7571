"""An expression as the tree it was read into: constants, signals, and functions over them, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

type Constant = float | bool | str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the text, in characters from 0 on, end excluded."""

    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """A number, a truth or a text that stands in the expression."""

    value: Constant
    spot: Spot


@dataclass(frozen=True, slots=True)
class Signal:
    """A tag by the name it is given in the expression."""

    name: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator over its arguments; operators are functions of the names `+`, `<`, `and`, `if`…"""

    function: str
    args: tuple[Node, ...]
    spot: Spot


type Node = Fixed | Signal | Call


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, arguments before what they are given to."""
    waiting: list[tuple[Node, bool]] = [(node, False)]
    while waiting:
        one, is_open = waiting.pop()
        if is_open or not isinstance(one, Call):
            yield one
            continue
        waiting.append((one, True))
        waiting.extend((arg, False) for arg in reversed(one.args))


def signals(node: Node) -> tuple[str, ...]:
    """The names of the signals, each once, in the order in which they stand."""
    return tuple(dict.fromkeys(one.name for one in walk(node) if isinstance(one, Signal)))
