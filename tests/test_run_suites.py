"""What a run of all suites makes of tests that failed: tried once more where they are few, and told."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import run_suites
from compiled import compile_tests
from run_suites import Result, Voices, pass_alone, run

# the plugins are not what is tried here, and take a second each time to load
PLAIN = """[tool.pytest.ini_options]
addopts = "-ra -p no:cacheprovider -p no:hypothesispytest -p no:asyncio -p no:anyio -p no:xdist -p no:platformdirs"
"""
SILENT = Voices(lambda words: words)
ONCE = """
from pathlib import Path
import pytest
@pytest.mark.parametrize("name", ["a - b", "c"])
def test_steady(name): pass
@pytest.mark.parametrize("name", ["with - a dash"])
def test_once(name):
    been = Path(__file__).with_suffix(".been")
    if not been.exists():
        been.touch()
        raise AssertionError("beside - others")
"""
NEVER = "def test_never(): assert 1 + 1 == 3\n"


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own with a folder of tests."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "pyproject.toml").write_text(PLAIN)
    monkeypatch.setattr(run_suites, "ROOT", tmp_path)
    return tmp_path / "tests"


def result_of(suite: Path) -> Result:
    return run({"title": "they", "command": ["pytest", str(suite)], "minutes": 1}, SILENT, soak=False)


def test_one_that_fails_in_company_and_passes_alone_is_unsteady(suite: Path) -> None:
    (suite / "test_it.py").write_text(ONCE)
    fallen = result_of(suite)
    assert (fallen.passed, fallen.failed, fallen.ok) == (2, 1, False)
    assert pass_alone([fallen], 2, soak=False) == fallen.fell
    assert [node.partition("::")[2] for node in fallen.fell] == ["test_once[with - a dash]"]


def test_one_that_fails_again_stays_a_failure(suite: Path) -> None:
    (suite / "test_it.py").write_text(ONCE + NEVER)
    fallen = result_of(suite)
    assert len(fallen.fell) == 2
    assert pass_alone([fallen], 1, soak=False) == ()
    assert pass_alone([fallen], 2, soak=False) == ()


def test_what_is_no_test_has_no_second_attempt(suite: Path) -> None:
    (suite / "test_it.py").write_text(ONCE)
    (suite / "test_broken.py").write_text("def (")
    broken = result_of(suite)
    assert not broken.ok
    assert pass_alone([broken], 9, soak=False) == ()
    (suite / "test_broken.py").unlink()
    linter = run({"title": "it", "command": ["false"], "minutes": 1}, SILENT, soak=False)
    assert pass_alone([result_of(suite), linter], 9, soak=False) == ()


def test_what_one_worker_compiles_is_kept_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in run_suites.environment(soak=False)
    assert run_suites.environment(soak=True)["DOVETAIL_LONG_TESTS"] == "1"


def test_pytest_takes_what_was_compiled_before(suite: Path) -> None:
    (suite / "of_it.py").write_text("TWO = 2\n")
    (suite / "test_it.py").write_text("from of_it import TWO\ndef test_it(): assert TWO + 1 == 4\n")
    (suite / "test_odd.py").write_text("def test_odd(: pass\n")
    assert compile_tests(suite) == 3
    kept = _kept(suite)
    assert sorted(file.name.partition(".")[0] for file in kept) == ["of_it", "test_it"]
    (suite / "test_odd.py").unlink()
    assert (result_of(suite).failed, _kept(suite)) == (1, kept)


@pytest.mark.parametrize(
    "test, at_a_stretch",
    [
        ("tests/browser/test_browser_job.py::test_it", "the line as it runs"),
        ("tests/browser/test_browser_of_tomorrow.py::test_it", "the line as it runs"),
        ("tests/browser/test_browser_unknown_device.py::test_it", "test_browser_unknown_device"),
        ("tests/kills/test_kills_points.py::test_it", "tests/kills/test_kills_points.py"),
        ("tests/peers/test_peers_snap7.py::test_it", "tests/peers/test_peers_snap7.py"),
    ],
)
def test_only_who_looks_at_the_line_waits_for_others_there(
    monkeypatch: pytest.MonkeyPatch, test: str, at_a_stretch: str
) -> None:
    """One screen among the counterparts and kills had all of them wait for each other."""
    monkeypatch.syspath_prepend(Path(__file__).parent / "browser")
    assert importlib.import_module("turns").scope_of(test) == at_a_stretch


def _kept(suite: Path) -> dict[Path, int]:
    """Compiled files; one that is written again is another one."""
    return {file: file.stat().st_ino for file in suite.rglob("*.pyc")}
