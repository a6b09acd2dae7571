"""Rules of the house that the import linter cannot see; each says why it exists when it is broken."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "dovetail"
RATCHET = tomllib.loads((Path(__file__).parent / "ratchet.toml").read_text(encoding="utf-8"))
PLUGIN_FOLDERS = {"drivers", "kpis", "connectors", "screens", "servers", "benches"}
PAST = {"migrations"}  # steps of the records store: none may change, so no care divides them
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "util", "helper"}
ROOMS = (
    "equipment",
    "materials",
    "workcalendar",
    "security",
    "historian",
    "states",
    "production",
    "timeline",
    "corrections",
    "retention",
    "yardsticks",
    "counting",
    "connections",
    "vault",
    "webhooks",
    "exports",
    "savedviews",
    "signatures",
    "reports",
    "performance",
    "ingestion",
)


def files() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "versions" not in path.parts)


def relative(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@cache
def looked_at(path: Path) -> tuple[str | None, list[ast.AST]]:
    """The first sentence of a file and what the rules look at in it: read and parsed once for all of them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.Import | ast.ImportFrom | ast.Call
    return ast.get_docstring(tree), [node for node in ast.walk(tree) if isinstance(node, kinds)]


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in looked_at(path)[1]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{relative(path)}:{node.name}", node


def test_no_file_grows_past_400_lines() -> None:
    """Why: a file that cannot be read in one sitting is changed without being understood."""
    over = {relative(path): lines(path) for path in files() if lines(path) > 400 and not path.stem.endswith("_tables")}
    allowed = RATCHET["files"]
    grown = {name: count for name, count in over.items() if count > allowed.get(name, 400)}
    assert not grown, f"{test_no_file_grows_past_400_lines.__doc__} Split by what changes together: {grown}"


def test_no_function_grows_past_60_lines() -> None:
    """Why: a function that scrolls hides its own conditions."""
    over = {
        name: node.end_lineno - node.lineno + 1
        for path in files()
        for name, node in functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > 60
    }
    allowed = RATCHET["functions"]
    grown = {name: count for name, count in over.items() if count > allowed.get(name, 60)}
    assert not grown, f"{test_no_function_grows_past_60_lines.__doc__} Name its parts: {grown}"


def test_no_room_holds_two() -> None:
    """Why: a room over 1,500 lines holds two rooms (plug-in folders and steps of the past do not count)."""
    sizes = {
        room.name: sum(
            lines(path)
            for path in room.rglob("*.py")
            if not (PLUGIN_FOLDERS | PAST) & set(path.relative_to(SOURCE).parts)
        )
        for room in SOURCE.iterdir()
        if room.is_dir() and room.name not in {"drivers", "_static", "__pycache__"}
    }
    allowed = RATCHET["rooms"]
    grown = {name: size for name, size in sizes.items() if size > allowed.get(name, 1_500)}
    assert not grown, f"{test_no_room_holds_two.__doc__} Split it: {grown}"


def test_only_a_rooms_own_service_opens_its_store() -> None:
    """Why: SQL that two rooms share cannot be changed by either."""
    wrong = [
        f"{relative(path)} imports {module}"
        for path in files()
        for module in imported(path)
        if module.startswith("dovetail.")
        and module.endswith(".store")
        and module.split(".")[1] in ROOMS
        and not relative(path).startswith(module.split(".")[1] + "/")
    ]
    assert not wrong, f"{test_only_a_rooms_own_service_opens_its_store.__doc__} {wrong}"


def imported(path: Path) -> Iterator[str]:
    for node in looked_at(path)[1]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_file_begins_with_a_sentence_about_the_plant() -> None:
    """Why: the reader must know in one line what this file is for."""
    silent = [relative(path) for path in files() if not looked_at(path)[0]]
    assert not silent, f"{test_every_file_begins_with_a_sentence_about_the_plant.__doc__} {silent}"


def test_nothing_is_called_utils() -> None:
    """Why: a drawer without a name collects what nobody wants to own."""
    named = [relative(path) for path in files() if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES]
    assert not named, f"{test_nothing_is_called_utils.__doc__} {named}"


def test_tests_mirror_the_source() -> None:
    """Why: who changes a room must find its tests without searching."""
    rooms = {path.name for path in SOURCE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    tested = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    # records store, operations, core and events are small and tested together in tests/test_records_store.py and below
    exempt = {"db", "operations", "events", "testing", "core"}
    missing = sorted(rooms - tested - exempt)
    assert not missing, f"{test_tests_mirror_the_source.__doc__} {missing}"


def test_the_tests_in_a_browser_say_so() -> None:
    """The suite of the fast tests does not even look into their folder: one without the mark would be run by nobody."""
    unmarked = [path.name for path in (ROOT / "tests" / "browser").glob("test_*.py")
                if "pytest.mark.browser" not in path.read_text(encoding="utf-8").partition("\ndef ")[0]]  # fmt: skip
    assert unmarked == []


@pytest.mark.parametrize("word", ["pickle", "marshal", "shelve"])
def test_no_data_becomes_code(word: str) -> None:
    """Why: an import that can run code is how plants are taken over (SECURITY F8)."""
    wrong = [relative(path) for path in files() if word in set(imported(path))]
    assert not wrong, f"{test_no_data_becomes_code.__doc__} {wrong}"


def test_a_process_has_one_sqlite() -> None:
    """Why: two copies of the library on one file do not see each other's locks (ADR 0028)."""
    found = {
        relative(path) for path in files() if {"sqlite3", "pysqlite3"} & {name.split(".")[0] for name in imported(path)}
    }
    assert found == {"core/sqlitelib.py"}, f"{test_a_process_has_one_sqlite.__doc__} {found}"


CALLS = {"eval", "exec", "yaml.load", "os.system"}


def test_no_text_is_executed() -> None:
    """Why: user text is data; expressions have a language of their own (SECURITY F8)."""
    wrong = [
        f"{relative(path)}:{node.lineno}"
        for path in files()
        for node in looked_at(path)[1]
        if isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS
    ]
    assert not wrong, f"{test_no_text_is_executed.__doc__} {wrong}"


def test_the_lock_files_name_no_package_host() -> None:
    """Why: a plant installs from its own mirror; a lock must hold hashes, not addresses."""
    locks = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock", ROOT / "ui" / "package-lock.json"]
    named = [
        f"{path.name}: {line.strip()[:80]}"
        for path in locks
        if path.exists()
        for line in path.read_text(encoding="utf-8").splitlines()
        if '"resolved"' in line or "--index-url" in line or "--find-links" in line
    ]
    assert not named, f"{test_the_lock_files_name_no_package_host.__doc__} {named[:3]}"


def test_what_meets_a_counterpart_or_a_kill_is_run() -> None:
    """Why: `make test` collects these tests only where tests/budget.toml says that they lie."""
    suites = tomllib.loads((ROOT / "tests" / "budget.toml").read_text(encoding="utf-8"))["suites"]
    named = [ROOT / path for path in suites["walk"]["paths"]]
    marked = re.compile(r"pytest\.mark\.(kills|peers)\b")
    found = [file for file in sorted((ROOT / "tests").rglob("test_*.py")) if marked.search(file.read_text("utf-8"))]
    unknown = {one for suite in suites.values() for one in suite.get("after", ())} - suites.keys()
    missing = [str(file.relative_to(ROOT)) for file in found if not any(file.is_relative_to(one) for one in named)]
    assert found and not unknown
    assert not missing, f"{test_what_meets_a_counterpart_or_a_kill_is_run.__doc__} {missing}"


def test_what_decides_is_checked_strictly() -> None:
    """Why: pyright looks only at what it includes; what is meant to be strict and is not included is unchecked."""
    pyright = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pyright"]
    assert pyright["include"] == pyright["strict"], test_what_decides_is_checked_strictly.__doc__


def test_the_steps_of_the_records_store_are_one_chain() -> None:
    """Why: of two steps that follow the same one no start knows which comes first, and refuses."""
    steps = sorted((SOURCE / "db" / "migrations" / "versions").glob("0*.py"))
    followed = [re.findall(r'^down_revision = (?:"(\d+)"|None)$', step.read_text("utf-8"), re.M) for step in steps]
    before = Counter(number for found in followed for number in found)
    tips = {step.name[:4] for step in steps} - before.keys()
    assert len(tips) == 1 and set(before.values()) == {1}, (
        f"{test_the_steps_of_the_records_store_are_one_chain.__doc__}"
    )
