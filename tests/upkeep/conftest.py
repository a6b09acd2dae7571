"""Old installations, on either records store, and the process that others are forked from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from forked import Cradle
from olden import LayOut, in_files, in_server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LayOut]:
    """Lays an old installation out, once in files and once with its records in PostgreSQL."""
    with {"sqlite": in_files, "postgres": in_server}[request.param](request, tmp_path) as lay_out:
        yield lay_out


@pytest.fixture(scope="session")
def cradle() -> Iterator[Cradle]:
    """One for the session: importing takes longer than dying."""
    made = Cradle()
    yield made
    made.close()
