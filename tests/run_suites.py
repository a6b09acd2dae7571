"""Run every suite of tests/budget.toml, show what each took of its share, and close with one line of counts."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COUNTS = re.compile(r"(\d+) (passed|failed|error|errors|skipped)\b")


@dataclass(frozen=True, slots=True)
class Result:
    title: str
    minutes: float
    allowed: float
    ok: bool
    passed: int
    failed: int
    skipped: int


def run(suite: dict[str, object], *, soak: bool) -> Result:
    """Run one suite with its output on our own, and read the counts of its closing line."""
    command = [str(part) for part in suite["command"]]  # type: ignore[union-attr]
    extra = suite.get("soak_args")
    if soak and extra:
        command = [command[0], *(str(part) for part in extra), *command[-1:]]  # type: ignore[union-attr]
    if command[0] == "pytest":
        command = [sys.executable, "-m", *command]
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **({"DOVETAIL_LONG_TESTS": "1"} if soak else {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    tail: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        if "Test Files" not in line:  # vitest closes with a count of files before the one of tests
            tail = [*tail[-5:], line]
    code = process.wait()
    counts: dict[str, int] = {}
    for number, word in COUNTS.findall(re.sub(r"\x1b\[[0-9;]*m", "", "".join(tail))):
        key = "failed" if word.startswith(("fail", "err")) else word
        counts[key] = counts.get(key, 0) + int(number)
    minutes = (time.monotonic() - began) / 60
    passed = counts.get("passed", 1 if code == 0 else 0)
    failed = counts.get("failed", 0) or (1 if code else 0)
    return Result(
        str(suite["title"]),
        minutes,
        float(suite["minutes"]),
        code == 0,
        passed,
        failed,
        counts.get("skipped", 0),  # type: ignore[arg-type]
    )


def main() -> int:
    """All suites in their order; a suite that fails does not hide the ones after it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soak", action="store_true", help="the long form: more seeds, kills and time")
    parser.add_argument("--only", help="one suite by its name in tests/budget.toml")
    arguments = parser.parse_args()
    budget = tomllib.loads((ROOT / "tests" / "budget.toml").read_text(encoding="utf-8"))
    results: list[Result] = []
    for name, suite in budget["suites"].items():
        if arguments.only in (None, name):
            print(f"\n=== {suite['title']}", flush=True)
            results.append(run(suite, soak=arguments.soak))
    print("\nsuite                                               minutes  share")
    for result in results:
        mark = "" if result.minutes <= result.allowed else "  over its share"
        word = "ok    " if result.ok else "FAILED"
        print(f"{word} {result.title:44} {result.minutes:7.1f} {result.allowed:6.1f}{mark}")
    total = sum(result.minutes for result in results)
    print(f"       {'all':44} {total:7.1f} {budget['total_minutes']:6.1f}")
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    skipped = sum(result.skipped for result in results)
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
