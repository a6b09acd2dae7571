"""Installations as older versions made them, laid out for today's code: in files, or with their records in a server."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from upkeep_world import new_database

GOLDEN = Path(__file__).parent / "golden"
OLD = sorted(path.name.removesuffix("-sqlite.tar.xz") for path in GOLDEN.glob("*-sqlite.tar.xz"))


type LayOut = Callable[[str], tuple[dict[str, Any], str | None]]


def unpacked(name: str, to: Path) -> dict[str, Any]:
    """An old installation in `to`/data; what its own version read there."""
    with tarfile.open(GOLDEN / f"{name}.tar.xz") as packed:
        packed.extractall(to, filter="data")
    return json.loads((to / "read.json").read_bytes())


@contextmanager
def in_files(_request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    yield lambda name: (unpacked(f"{name}-sqlite", tmp_path), None)


@contextmanager
def in_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with new_database(request.getfixturevalue("postgres_url"), f"upgrade_{abs(hash(tmp_path.name))}") as url:

        def lay_out(name: str) -> tuple[dict[str, Any], str]:
            read = unpacked(f"{name}-postgres", tmp_path)
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute((tmp_path / "dump.sql").read_bytes())
            return read, url

        yield lay_out
