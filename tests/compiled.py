"""Every test compiled once before the suites begin, as pytest would: else each worker of each suite does it for itself.

Workers read the tests side by side, so none finds what another is just compiling: all of them compiled all of it.
"""

from __future__ import annotations

import fnmatch
import importlib.util
import multiprocessing
import os
import py_compile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from _pytest.assertion import rewrite

NOT_OURS = ("__pycache__", "env", "node_modules")  # what the counterparts brought
REWRITTEN = ("test_*.py", "*_test.py", "conftest.py")  # whose asserts say what they compared


def compile_tests(folder: Path) -> int:
    """Compile what is not compiled yet, on all processors; how many files there are."""
    files = [str(file) for file in sources(folder)]
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        return len(list(pool.map(compile_one, files, chunksize=8)))


def sources(folder: Path) -> Iterator[Path]:
    """Our own sources in a folder."""
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders).difference(NOT_OURS))
        yield from (Path(at) / name for name in sorted(names) if name.endswith(".py"))


def compile_one(file: str) -> None:
    """One file; what no parser understands is left to pytest, which says so."""
    source = Path(file)
    try:
        if any(fnmatch.fnmatch(source.name, pattern) for pattern in REWRITTEN):
            _rewrite(source)
        else:
            _compile(source)
    except SyntaxError:
        return


def _rewrite(source: Path) -> None:
    kept = rewrite.get_cache_dir(source) / f"{source.stem}{rewrite.PYC_TAIL}"
    if rewrite._read_pyc(source, kept) is not None:
        return
    content_hash, code = rewrite._rewrite_test(source, None)
    kept.parent.mkdir(parents=True, exist_ok=True)
    under_way = kept.with_name(f"{kept.name}.{os.getpid()}")
    with under_way.open("wb") as file:
        rewrite._write_pyc_fp(file, content_hash, code)
    under_way.replace(kept)


def _compile(source: Path) -> None:
    kept = Path(importlib.util.cache_from_source(str(source)))
    if not kept.exists() or kept.stat().st_mtime < source.stat().st_mtime:
        py_compile.compile(str(source), doraise=False, quiet=2)
