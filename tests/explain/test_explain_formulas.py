"""Every formula that an explanation shows is written in words that the screens can say in German."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import dovetail
from dovetail.performance.kpis._waiting import WAITING
from dovetail.performance.report import catalogue
from dovetail.proof import slices as proof_slices
from dovetail.switchboard.model import CONVENTIONS
from dovetail.workings import cycles, ends, lost, rates, slices

SRC = Path(dovetail.__file__).parent
CATALOGUE = Path(__file__).parents[2] / "ui" / "src" / "explain" / "formulas.ts"
ROOMS: Final = ("proof", "explain", "workings")
SIGNS: Final = {"many", "mean", "quantile", "min", "measure"}  # what stands for a number beside it
WORD = re.compile(r"(?<![\w'])[a-z][a-z']+(?![\w'])")


def _inline() -> Iterator[str]:
    """Texts given as `formula=`, or assigned to it, where explanations are built."""
    for room in ROOMS:
        for file in sorted((SRC / room).glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                named = isinstance(node, ast.keyword) and node.arg == "formula"
                told = isinstance(node, ast.Assign) and "formula" in ast.unparse(node.targets[0])
                inside = ast.walk(node) if named or told else ()
                yield from (one.value for one in inside if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _every() -> list[str]:
    kpis = [one.formula for one in catalogue().values()] + [one.formula for one in WAITING]
    others = [text for one in CONVENTIONS for text in (one.availability, one.performance, one.quality)]
    sums = [one.formula for one in (*slices.SUMS.values(), *lost.MEASURES.values())]
    told = [rates.FIRST, ends.UNTIL, ends.NEEDED, ends.STRETCH, lost.MACHINES, lost.SLICES, *cycles.FORMULAS.values()]
    return [*kpis, *others, *sums, *told, *proof_slices.FORMULAS.values(), *_inline()]


def test_the_screens_have_a_german_word_for_every_word_in_a_formula() -> None:
    phrases = sorted(re.findall(r'^  "([^"]+)": ', CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE), key=len)
    known = re.compile(rf"(?<![\w])(?:{'|'.join(map(re.escape, reversed(phrases)))})(?![\w])")
    formulas = _every()
    assert len(formulas) > 80
    missing = {
        word: formula for formula in formulas for word in WORD.findall(known.sub("", formula)) if word not in SIGNS
    }
    assert missing == {}
