"""Read the text of an expression into a tree. Python's grammar, a small part of it, and nothing is ever executed.

The text is looked through for size, characters and depth before the parser sees it; of what the parser knows only the
listed shapes pass. No attributes, no subscripts, no names with underscores around them, no strings put together.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Final

from dovetail.expr.errors import ExpressionError
from dovetail.expr.limits import DEPTH_MAX, NODES_MAX, NUMBER_MAX, STRING_MAX, TEXT_MAX
from dovetail.expr.tree import Call, Constant, Fixed, Node, Signal, Spot

TAG: Final = "tag"  # tag("../capper.good"): a signal whose name is no word

_TOKENS: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?(?![A-Za-z_0-9.]))
      | (?P<word>[A-Za-z][A-Za-z0-9_]*)
      | (?P<text>"[^"\\\r\n]*"|'[^'\\\r\n]*')
      | (?P<sign>\*\*|//|<=|>=|==|!=|[-+*/%<>(),])""",
    re.VERBOSE,
)
_OPERATORS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.And: "and", ast.Or: "or", ast.Not: "not", ast.USub: "-x",
}  # fmt: skip
_WORDS: Final[dict[str, Constant]] = {"true": True, "false": False}
_HINTS: Final[dict[str, str]] = {
    "=": "to compare write ==", "&": "write and", "|": "write or", "!": "write not", "^": "a power is written **",
    "{": "a unit stands in quotes", ".": 'another equipment\'s tag is written tag("../capper.good")',
    "[": 'of the bits of a number: bit(x, 3)', ";": "one expression, no more",
}  # fmt: skip


def read(text: str) -> Node:
    """The tree of an expression. Raises ExpressionError with the place and a hint."""
    if len(text) > TEXT_MAX:
        raise ExpressionError(
            f"an expression has at most {TEXT_MAX:,} characters, this one {len(text):,}",
            fault="limit",
            at=TEXT_MAX,
            hint="split it: an expression may read another virtual tag",
        )
    _look_through(text)
    flat = re.sub(r"[\r\n\t]", " ", text)
    lead = len(flat) - len(flat.lstrip())
    if not flat.strip():
        raise ExpressionError("the expression is empty", fault="syntax")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = ast.parse(flat.strip(), mode="eval")
    except SyntaxError as error:
        at = min(lead + (error.offset or len(flat)) - 1, len(flat.rstrip()) - 1)
        raise ExpressionError(f"this cannot be read: {_said(error)}", fault="syntax", at=at) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("this cannot be read", fault="syntax") from None
    return _Reader(flat.strip(), lead).node(parsed.body, 0)


def _said(error: SyntaxError) -> str:
    words = (error.msg or "").split(". ")[0]
    return "something is missing or too much here" if words == "invalid syntax" else words


def _look_through(text: str) -> None:
    at = depth = signs = 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if found is None:
            hint = _HINTS.get(text[at]) or ("texts have no backslash" if "\\" in text else None)
            what = "a number cannot go on like this" if text[at].isdigit() else f"{text[at]!r} has no meaning here"
            raise ExpressionError(what, fault="syntax", at=at, hint=hint)
        if found.lastgroup == "text" and len(found[0]) - 2 > STRING_MAX:
            raise ExpressionError(f"a text has at most {STRING_MAX} characters", fault="limit", at=at, end=found.end())
        depth += (found[0] == "(") - (found[0] == ")")
        signs = signs + 1 if found[0] in ("-", "+", "not") else 0 if found.lastgroup != "space" else signs
        if max(depth, signs) > DEPTH_MAX:
            raise ExpressionError(f"nested deeper than {DEPTH_MAX}", fault="limit", at=at)
        at = found.end()


class _Reader:
    """Turns what the parser found into our tree, or says what is not part of the language."""

    def __init__(self, text: str, lead: int) -> None:
        self._bytes = text.encode()
        self._lead = lead
        self._nodes = 0

    def _spot(self, node: ast.AST) -> Spot:
        at, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", None)
        return Spot(self._place(at), self._place(end or at + 1))

    def _place(self, offset: int) -> int:
        """The parser counts bytes, a person characters."""
        return self._lead + len(self._bytes[:offset].decode(errors="ignore"))

    def _refuse(self, what: str, node: ast.AST, *, hint: str | None = None) -> ExpressionError:
        spot = self._spot(node)
        return ExpressionError(what, fault="syntax", at=spot.at, end=spot.end, hint=hint)

    def node(self, node: ast.expr, depth: int) -> Node:
        self._nodes += 1
        spot = self._spot(node)
        if self._nodes > NODES_MAX or depth > DEPTH_MAX:
            what = f"more than {NODES_MAX} parts" if self._nodes > NODES_MAX else f"nested deeper than {DEPTH_MAX}"
            raise ExpressionError(what, fault="limit", at=spot.at, hint="split it over several virtual tags")
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return Fixed(_WORDS[node.id], spot) if node.id in _WORDS else Signal(node.id, spot)
            case ast.BinOp():
                return self._chain(node, depth)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.node(operand, depth + 1)
            case ast.UnaryOp(op=op, operand=operand):
                return self._call(node, op, (operand,), depth)
            case ast.BoolOp(op=op, values=values):
                return self._call(node, op, tuple(values), depth)
            case ast.Compare():
                return self._compare(node, depth)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                args = tuple(self.node(part, depth + 1) for part in (test, body, orelse))
                return Call("if", args, spot)
            case ast.Call():
                return self._function(node, depth)
            case _:
                hint = "numbers, texts, tags, functions, + - * / // % **, comparisons, and or not, a if b else c"
                raise self._refuse("this is not part of the language", node, hint=hint)

    def _chain(self, node: ast.expr, depth: int) -> Node:
        """`a + b + c …` is long, not deep."""
        spine: list[ast.BinOp] = []
        while isinstance(node, ast.BinOp):
            spine.append(node)
            node = node.left
        self._nodes += len(spine) - 1
        found = self.node(node, depth + 1)
        for one in reversed(spine):
            found = Call(self._sign(one.op, one), (found, self.node(one.right, depth + 1)), self._spot(one))
        return found

    def _call(self, node: ast.expr, op: ast.AST, args: tuple[ast.expr, ...], depth: int) -> Node:
        return Call(self._sign(op, node), tuple(self.node(arg, depth + 1) for arg in args), self._spot(node))

    def _sign(self, op: ast.AST, node: ast.expr) -> str:
        name = _OPERATORS.get(type(op))
        if name is None:
            raise self._refuse("this sign is not part of the language", node)
        return name

    def _compare(self, node: ast.Compare, depth: int) -> Node:
        """`a < b < c` is `a < b and b < c`."""
        parts = [self.node(part, depth + 1) for part in (node.left, *node.comparators)]
        found: list[Node] = []
        for op, left, right in zip(node.ops, parts, parts[1:], strict=False):
            name = _OPERATORS.get(type(op))
            if name is None:
                raise self._refuse("this comparison is not part of the language", node, hint="write == or !=")
            found.append(Call(name, (left, right), self._spot(node)))
        return found[0] if len(found) == 1 else Call("and", tuple(found), self._spot(node))

    def _function(self, node: ast.Call, depth: int) -> Node:
        spot = self._spot(node)
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self._refuse("a function is called by its name, with its arguments in order", node)
        if any(isinstance(arg, ast.Starred) for arg in node.args):
            raise self._refuse("arguments are written one by one", node)
        if node.func.id == TAG:
            match node.args:
                case [ast.Constant(value=str(path))] if path.strip():
                    return Signal(path.strip(), spot)
                case _:
                    raise self._refuse("tag takes the path of a tag in quotes", node, hint='tag("../capper.good")')
        return Call(node.func.id, tuple(self.node(arg, depth + 1) for arg in node.args), spot)

    def _constant(self, node: ast.Constant) -> Fixed:
        match node.value:
            case bool() | str():
                return Fixed(node.value, self._spot(node))
            case int() | float() if abs(node.value) <= NUMBER_MAX:
                return Fixed(float(node.value), self._spot(node))
            case int() | float():
                spot = self._spot(node)
                what = f"a number is at most {NUMBER_MAX:g}"
                raise ExpressionError(what, fault="limit", at=spot.at, end=spot.end)
            case _:
                raise self._refuse("this is no value", node, hint="numbers, texts in quotes, True, False")
