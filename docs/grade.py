"""Examine every driver of the house and keep what came of it, for the page that says what each is worth.

`python docs/grade.py` examines all and writes `docs/grades.json`, with names only those; it takes some minutes. A test
examines them again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Final

from dovetail.core import plugins
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import PACKAGE
from dovetail.grading.candidates import candidate
from dovetail.grading.examining import examine
from dovetail.grading.grades import Report

KEPT: Final = Path(__file__).parent / "grades.json"


def as_kept(report: Report) -> dict[str, dict[str, str]]:
    """By criterion the verdict, and why where it does not hold: what is seen of one that holds differs each time."""
    said = {one.criterion: {"verdict": one.verdict, "why": one.evidence} for one in report.found}
    return {name: one if one["verdict"] != "holds" else {"verdict": "holds"} for name, one in said.items()}


def main(wanted: list[str]) -> None:
    logging.disable(logging.WARNING)  # links are lost here on purpose
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    for name, _ in plugins.load_all(PACKAGE):
        if wanted and name not in wanted:
            continue
        try:
            driver, benches = candidate(name)
        except ConfigError as error:
            sys.stderr.write(f"{name}: {error.message}\n")
            continue
        report = asyncio.run(examine(driver, benches))
        sys.stderr.write(f"{name}: {report.grade}\n")
        kept[name] = as_kept(report)
        KEPT.write_text(json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
