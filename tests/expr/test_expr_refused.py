"""What an expression can never do: escape, loop, blow up, or fail without saying where."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import pytest
from expr_signals import checked, computed
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.expr.errors import ExpressionError
from dovetail.expr.functions import CALLABLE
from shortcuts import examples

STOPPED_S = 0.1  # of this thread's own work

ESCAPES = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "n.__class__",
    "'x'.__class__.__mro__",
    "[x for x in (1,2,3)]",
    "[n][0]",
    "{'a': n}",
    "(lambda: n)()",
    "lambda: 0",
    "eval('1')",
    "exec('1')",
    "open('/etc/passwd')",
    "getattr(n, 'real')",
    "globals()",
    "f'{n}'",
    "f'{n.__class__}'",
    "'%s' % n",
    "n if n else (yield)",
    "await n",
    "(n := 3)",
    "n[0]",
    "n; n",
    "import os",
    "print(n)",
    "*n",
    "max(*n)",
    "mean(n, window='1 min')",
    "b'bytes'",
    "...",
    "None",
    "1j",
    "0x10",
    "n is n",
    "n in n",
    "n @ n",
    "n << 100000000",
    "1 << 10 ** 9",
    "~n",
    "n & n",
    "'a' 'b' * 9",
    "\\u0061",
    "'\\x00'",
    "n\x00",
    "tag(n)",
    "tag()",
    "tag('')",
    "tag(tag('n'))",
    "breakpoint()",
    "_",
    "n._x",
    "while True: pass",
    "𝐧",
]
BOMBS = [
    "9" * 5_000,
    "(" * 1_000 + "n" + ")" * 1_000,
    "(" * 1_999,
    "-" * 1_999 + "1",
    "not " * 400 + "on",
    "n+" * 900 + "n",
    "n**" * 600 + "n",
    "n if on else " * 140 + "n",
    "abs(" * 400 + "n" + ")" * 400,
    "max(" + "n," * 900 + "n)",
    "n<" * 900 + "n",
    "'" + "a" * 1_990 + "'",
    "[" * 900,
    "{" * 900,
    "1e999",
    "1_" * 900 + "1",
    "mean(" * 60 + "n" + ",'1 h')" * 60,
    "mean(mean(mean(n, '24 h'), '24 h'), '24 h')",
    "mean(n, '25 h')",
    "mean(n, '1 ms')",
    "mean(n, '99999999999999999999 d')",
    "previous(n, '" + "9" * 300 + " s')",
]


@pytest.fixture
def only_its_own_work() -> Iterator[None]:
    """What a thread thinks for is measured: a search for the garbage of thousands of tests before is not its own."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("only_its_own_work")
@pytest.mark.parametrize("text", ESCAPES + BOMBS, ids=lambda text: text[:24])
def test_what_is_no_expression_is_refused_with_its_place(text: str) -> None:
    begun_s = time.thread_time()
    with pytest.raises(ExpressionError) as caught:
        checked(text)
    assert time.thread_time() - begun_s < STOPPED_S
    assert 0 <= caught.value.at <= len(text)
    assert caught.value.message


@pytest.mark.usefixtures("only_its_own_work")
@pytest.mark.parametrize("text", ["10 ** 1000000000", "9**9**9**9", "n ** 1e9", "(n ** 9) ** 9 ** 9", "1 / (n - n)"])
def test_what_grows_beyond_all_numbers_is_bad_at_once(text: str) -> None:
    begun_s = time.thread_time()
    found = computed(text, {"n": [(0, 7.0)]}, upto_s=1)
    assert time.thread_time() - begun_s < STOPPED_S
    assert found.bad.all()


@settings(max_examples=examples(480), deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("n m on power 0 1 9.5e3 ()+-*/%<>=!'\"_.,:[]{}\\ \n if else and or not é"),
        max_size=120,
    )
)
def test_any_text_is_read_or_refused(text: str) -> None:
    assert _outcome(text) in ("read", "refused")


_PIECES = st.sampled_from(
    [*CALLABLE, "n", "on", "recipe", "power", "(", ")", "(", ")", ",", "+", "-", "*", "/", "**", "<", "==", " if ",
     " else ", " and ", " not ", "1", "0.5", "'1 s'", "'kW'", "tag", "True"]
)  # fmt: skip


@settings(max_examples=examples(480), deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_any_pieces_of_the_language_are_read_or_refused(text: str) -> None:
    assert _outcome(text) in ("read", "refused")


def _outcome(text: str) -> str:
    try:
        checked(text)
    except ExpressionError as error:
        assert 0 <= error.at <= max(len(text), 1)
        return "refused"
    return "read"
