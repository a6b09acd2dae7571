"""Examine every driver of the house and keep what came of it, for the page that says what each is worth.

`python docs/grade.py` examines all and writes `docs/grades.json`, with names only those; it takes some minutes. Tests
examine them again.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import create_engine, text

from dovetail.core import plugins
from dovetail.drivers.base import PACKAGE
from dovetail.grading.candidates import candidate
from dovetail.grading.examining import examine
from dovetail.grading.grades import Report
from dovetail.testing.benches import SqlBench

KEPT: Final = Path(__file__).parent / "grades.json"


def as_kept(report: Report) -> dict[str, dict[str, str]]:
    """By criterion the verdict, and why where it does not hold: what is seen of one that holds differs each time."""
    said = {one.criterion: {"verdict": one.verdict, "why": one.evidence} for one in report.found}
    return {name: one if one["verdict"] != "holds" else {"verdict": "holds"} for name, one in said.items()}


def with_server(folder: str) -> Callable[[], SqlBench]:
    """Tables of a PostgreSQL of our own."""
    server = importlib.import_module("pgserver").get_server(folder)
    url, numbers = server.get_uri(), count()
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.execute(text("create role reader login"))
    engine.dispose()
    where = {"url": str(engine.url), "reader": "reader", "socket": f"{folder}/.s.PGSQL.5432"}
    return lambda: SqlBench(**where, table=f"tried_{next(numbers)}")


def main(wanted: list[str]) -> None:
    logging.disable(logging.WARNING)  # links are lost here on purpose
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    for name, _ in plugins.load_all(PACKAGE):
        if wanted and name not in wanted:
            continue
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            benches = [with_server(folder)] if name == "sql" else candidate(name)[1]
            report = asyncio.run(examine(name, benches, lasts="an hour"))
        sys.stderr.write(f"{name}: {report.grade}\n")
        kept[name] = as_kept(report)
        KEPT.write_text(json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
