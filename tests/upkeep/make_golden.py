"""Make the installations of older versions that `test_upkeep_upgrade.py` opens: `make_golden.py COMMIT NAME`.

Each is made by the code of that commit itself, on SQLite and on PostgreSQL, and is never made again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pgserver
from sqlalchemy import create_engine, text

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


def made(code: Path, folder: Path, url: str) -> None:
    """An installation in `folder`, and beside it what was read there."""
    folder.mkdir()
    world = code / "tests" / "upkeep"
    paths = os.pathsep.join(str(one) for one in (code / "src", world, code / "tests"))
    command = [sys.executable, str(HERE / "golden_writer.py"), str(folder / "data"), url, str(folder / "read.json")]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"})
    for left in ("owner.lock", "control.sock", "ballast"):
        (folder / "data" / left).unlink(missing_ok=True)


def dumped(server: object, name: str, to: Path) -> None:
    """The database as statements that any client can say."""
    binary = Path(pgserver.__file__).parent / "pginstall" / "bin" / "pg_dump"
    uri = server.get_uri(name)  # type: ignore[attr-defined]
    options = ["--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=500", "--no-comments"]
    said = subprocess.run([binary, *options, uri], check=True, capture_output=True, text=True).stdout
    to.write_text("".join(line for line in said.splitlines(keepends=True) if line[:1] != "\\"))


def main(commit: str, name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="dovetail-golden-") as scratch:
        code = Path(scratch) / "code"
        subprocess.run(["git", "-C", HERE, "worktree", "add", "-q", "--detach", code, commit], check=True)
        server = pgserver.get_server(Path(scratch) / "pg", cleanup_mode="delete")
        try:
            made(code, Path(scratch) / "sqlite", "")
            server.psql("create database golden")
            uri = server.get_uri("golden").replace("postgresql://", "postgresql+psycopg://")
            made(code, Path(scratch) / "postgres", uri)
            dumped(server, "golden", Path(scratch) / "postgres" / "dump.sql")
            engine = create_engine(uri)
            with engine.connect() as connection:
                print(name, connection.scalar(text("select version_num from alembic_version")))
            engine.dispose()
        finally:
            server.cleanup()
            subprocess.run(["git", "-C", HERE, "worktree", "remove", "--force", code], check=True)
        for kind in ("sqlite", "postgres"):
            with tarfile.open(GOLDEN / f"{name}-{kind}.tar.xz", "w:xz") as packed:
                packed.add(Path(scratch) / kind, arcname=".")


if __name__ == "__main__":
    main(*sys.argv[1:])
