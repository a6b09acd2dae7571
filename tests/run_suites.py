"""Run every suite of tests/budget.toml, show what each took of its share, and close with one line of counts.

Suites of one turn run side by side: those that wait for disks and devices leave the processor to those that think.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def command_of(suite: dict[str, Any], *, soak: bool) -> list[str]:
    """What runs a suite; Python's own programs by this interpreter."""
    command = [str(part) for part in suite["command"]]
    if soak and "soak_args" in suite:
        command = [command[0], *suite["soak_args"], *command[-1:]]
    return [sys.executable, "-m", *command] if command[0] == "pytest" else command


def run(suite: dict[str, Any], *, soak: bool, say: Callable[[str], object]) -> Result:
    """Run one suite, tell each line of its output, and read the counts of its closing line."""
    began = time.monotonic()
    process = subprocess.Popen(
        command_of(suite, soak=soak),
        cwd=ROOT,
        env={**os.environ, **({"DOVETAIL_LONG_TESTS": "1"} if soak else {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    tail: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        say(line)
        if "Test Files" not in line:  # vitest closes with a count of files before the one of tests
            tail = [*tail[-5:], line]
    code = process.wait()
    counts: Counter[str] = Counter()
    for number, word in COUNTS.findall(re.sub(r"\x1b\[[0-9;]*m", "", "".join(tail))):
        counts["failed" if word.startswith(("fail", "err")) else word] += int(number)
    return Result(
        suite["title"],
        (time.monotonic() - began) / 60,
        float(suite["minutes"]),
        code == 0,
        counts["passed"] or int(code == 0),
        counts["failed"] or int(code != 0),
        counts["skipped"],
    )


def run_turn(suites: list[dict[str, Any]], *, soak: bool) -> list[Result]:
    """Side by side: the last one tells as it goes, the others' words come in one piece when they have ended."""
    kept: list[list[str]] = [[] for _ in suites[:-1]]
    with ThreadPoolExecutor(len(suites)) as beside:
        others = [
            beside.submit(run, one, soak=soak, say=words.append) for one, words in zip(suites, kept, strict=False)
        ]
        print(f"\n=== {suites[-1]['title']}", flush=True)
        last = run(suites[-1], soak=soak, say=lambda line: print(line, end="", flush=True))
        results = [one.result() for one in others]
    for result, words in zip(results, kept, strict=True):
        print(f"\n=== {result.title}\n{''.join(words)}", end="", flush=True)
    return [*results, last]


def main() -> int:
    """All suites in their turns; a suite that fails does not hide the ones after it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soak", action="store_true", help="the long form: more seeds, kills and time")
    parser.add_argument("--only", help="one suite by its name in tests/budget.toml")
    arguments = parser.parse_args()
    budget = tomllib.loads((ROOT / "tests" / "budget.toml").read_text(encoding="utf-8"))
    turns: dict[int, list[dict[str, Any]]] = {}
    for name, suite in budget["suites"].items():
        if arguments.only in (None, name):
            turns.setdefault(suite["turn"], []).append(suite)
    done = [run_turn(suites, soak=arguments.soak) for _, suites in sorted(turns.items())]
    print("\nsuite                                               minutes  share")
    for results in done:
        for result in results:
            mark = "" if result.minutes <= result.allowed else "  over its share"
            word = "ok    " if result.ok else "FAILED"
            print(f"{word} {result.title:44} {result.minutes:7.1f} {result.allowed:6.1f}{mark}")
    total = sum(max(result.minutes for result in results) for results in done)
    print(f"       {'all (those of one turn side by side)':44} {total:7.1f} {budget['total_minutes']:6.1f}")
    every = [result for results in done for result in results]
    passed, failed = sum(one.passed for one in every), sum(one.failed for one in every)
    print(f"\n{passed} passed, {failed} failed, {sum(one.skipped for one in every)} skipped")
    return 0 if all(one.ok for one in every) else 1


if __name__ == "__main__":
    sys.exit(main())
