"""What a screen says of the ledger's sums is what the ledger computes: their names, and what each big loss is made of.

Why: an explanation that names a sum by its code, or a loss by other terms than its own, is worse than none.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dovetail.ledger.columns import NAMES
from dovetail.ledger.named import LABELS, value_of
from dovetail.ledger.timeclass import Settings
from dovetail.ledger.waterfall import six_big_losses

UI = Path(__file__).resolve().parents[2] / "ui" / "src"
SUMS = {name: 1_000_000 * (3 + place) ** 3 for place, name in enumerate(NAMES)}  # no two terms hide each other


def names_in(language: str) -> set[str]:
    text = (UI / "explain" / "column-words.ts").read_text(encoding="utf-8")
    found = re.search(rf"{language}: \{{(.*?)\}},\n", text, re.DOTALL)
    assert found
    return set(re.findall(r'(\w+): "', found[1]))


def terms() -> dict[str, list[str]]:
    text = (UI / "kpi" / "big-losses.tsx").read_text(encoding="utf-8")
    told = re.findall(r"^  (\w+): \[(.*)\],$", text, re.MULTILINE)
    return {key: re.findall(r'"([+-]\w+)"', inside) for key, inside in told}


def worth(loss: str, told: dict[str, list[str]]) -> int:
    """µs that the terms of a loss come to."""
    signed = [(1 if term[0] == "+" else -1, term[1:]) for term in told[loss]]
    return sum(sign * (worth(name, told) if name in told else of_column(name)) for sign, name in signed)


def of_column(name: str) -> int:
    value = value_of(name, SUMS, Settings())
    return round(value / 1000) if name.endswith("_ns") else value


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_sum_of_the_ledger_has_a_name(language: str) -> None:
    assert names_in(language) == {*NAMES, *LABELS}


@pytest.mark.parametrize("blind", [False, True])
def test_every_big_loss_is_made_of_what_its_row_says(blind: bool) -> None:
    told = terms()
    found = {loss.key: loss.us for loss in six_big_losses(SUMS, blind=blind)}
    assert {key: worth(key, told) for key in found} == found
