"""Which form a reader wants, which tags it names, and what is said where Arrow is not installed."""

from __future__ import annotations

import sys

import pytest

from dovetail.core.errors import ConfigError, InvalidError
from dovetail.forms import arrow
from dovetail.forms.model import ARROW, F64, form_of, tag_words


@pytest.mark.parametrize(
    "accept, form",
    [
        (None, "json"),
        ("*/*", "json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "json"),  # a browser that opens the address
        (ARROW, "arrow"),
        (ARROW.upper(), "arrow"),
        (f"application/json;q=0.5, {F64}", "f64"),
        (f"application/json, {F64};q=0.9", "json"),
        (f"{ARROW};q=0", "json"),
        (f"{ARROW};q=much", "json"),
        (f"{ARROW};charset=x; q=0.2, {F64};q=0.1", "arrow"),
    ],
)
def test_the_form_is_the_one_liked_best(accept: str | None, form: str) -> None:
    assert form_of(accept) == form


def test_tags_are_named_once_and_not_without_end() -> None:
    assert tag_words(" 1,acme/a.b , 1,", most=2) == ["1", "acme/a.b"]
    with pytest.raises(InvalidError, match="at most 2"):
        tag_words("1,2,3", most=2)


def test_without_pyarrow_it_is_said_who_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError) as refused:
        arrow.arrow()
    assert refused.value.code == "no-arrow"
    assert "dovetail[arrow]" in str(refused.value.hint)
