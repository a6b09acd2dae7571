"""Run every suite of tests/budget.toml, show what each took of its share, and close with one line of counts.

A suite begins when those it comes `after` have ended; others run side by side: those that wait for disks, devices and
screens leave the processor to those that think. Tests that failed in that company are tried once more, alone, where
they are few (`second_attempts`): what then passes is unsteady, and the closing line says so.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compiled import compile_tests

ROOT = Path(__file__).resolve().parent.parent
FELL = re.compile(r"^(?:FAILED|ERROR) (tests/[^\s\[]+::[^\s\[]+(?:\[.*?\](?= - |$))?)(?: - .*)?$")
TESTS_FAILED = 1  # what pytest exits with when it came to its end and tests failed
COUNTS = re.compile(r"(\d+) (passed|failed|error|errors|skipped)\b")


@dataclass(frozen=True, slots=True)
class Result:
    title: str
    minutes: float
    processor_minutes: float
    allowed: float
    ok: bool
    passed: int
    failed: int
    skipped: int
    fell: tuple[str, ...] = ()  # the tests that failed, where all that went wrong are tests that failed


@dataclass
class Voices:
    """Who is told as it goes: one suite at a time; what the others say meanwhile is kept until it is their turn."""

    said: Callable[[str], object]
    _kept: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _ended: set[str] = field(default_factory=set[str])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, who: str, line: str) -> None:
        """A line of a suite; the first to speak speaks on until it has ended."""
        with self._lock:
            self._kept.setdefault(who, [f"\n=== {who}\n"]).append(line)
            self._tell()

    def end(self, who: str) -> None:
        """It says nothing more: the next one in the order of their beginning is heard."""
        with self._lock:
            self._kept.setdefault(who, [f"\n=== {who}\n"])
            self._ended.add(who)
            self._tell()

    def _tell(self) -> None:
        while self._kept:
            speaker, words = next(iter(self._kept.items()))
            self.said("".join(words))
            words.clear()
            if speaker not in self._ended:
                return
            del self._kept[speaker]


def command_of(suite: dict[str, Any], *, soak: bool) -> list[str]:
    """What runs a suite, standing back for others as far as it says; Python's own programs by this interpreter."""
    short = [*suite["command"], *suite.get("paths", ())]
    command = [str(part) for part in (suite.get("soak_command", short) if soak else short)]
    standing_back = ["nice", "-n", str(suite["nice"])] if "nice" in suite else []
    return [*standing_back, *([sys.executable, "-m"] if command[0] == "pytest" else []), *command]


def environment(*, soak: bool) -> dict[str, str]:
    """Ours; what one worker has compiled is kept for the others, for else each compiles every test for itself."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**ours, **({"DOVETAIL_LONG_TESTS": "1"} if soak else {})}


def run(suite: dict[str, Any], voices: Voices, *, soak: bool) -> Result:
    """Run one suite, tell each line of its output, and read the counts of its closing line."""
    title, began = suite["title"], time.monotonic()
    process = subprocess.Popen(
        command_of(suite, soak=soak),
        cwd=ROOT,
        env=environment(soak=soak),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    tail: list[str] = []
    fell: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        voices.say(title, line)
        fell.extend(FELL.findall(line.rstrip()))
        if "Test Files" not in line:  # vitest closes with a count of files before the one of tests
            tail = [*tail[-5:], line]
    _, status, used = os.wait4(process.pid, 0)  # with the time of all that it waited for
    process.returncode = os.waitstatus_to_exitcode(status)
    voices.end(title)
    counts: Counter[str] = Counter()
    said = [COUNTS.findall(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in tail]
    closing = next(filter(None, reversed(said)), [])  # above it others speak of ports and of what failed
    for number, word in closing:
        counts["failed" if word.startswith(("fail", "err")) else word] += int(number)
    return Result(
        title,
        (time.monotonic() - began) / 60,
        (used.ru_utime + used.ru_stime) / 60,
        float(suite["minutes"]),
        process.returncode == 0,
        counts["passed"] or int(process.returncode == 0),
        counts["failed"] or int(process.returncode != 0),
        counts["skipped"],
        tuple(dict.fromkeys(fell)) if process.returncode == TESTS_FAILED else (),
    )


def run_all(suites: Mapping[str, dict[str, Any]], *, soak: bool) -> list[Result]:
    """The results of suites by their names, in that order."""
    voices = Voices(lambda words: print(words, end="", flush=True))
    ended = {name: threading.Event() for name in suites}

    def one(name: str) -> Result:
        try:
            for earlier in ended.keys() & suites[name].get("after", ()):
                ended[earlier].wait()
            return run(suites[name], voices, soak=soak)
        finally:
            ended[name].set()

    with ThreadPoolExecutor(len(suites)) as side_by_side:
        return list(side_by_side.map(one, suites))


def pass_alone(results: Sequence[Result], at_most: int, *, soak: bool) -> tuple[str, ...]:
    """The tests that failed and passed at a second attempt, when nothing else ran; none where one failed again.

    None either where more than `at_most` failed, or where something else than a test did: that is no unsteadiness.
    """
    fell = tuple(node for result in results for node in result.fell)
    if not 0 < len(fell) <= at_most or any(not (one.ok or one.fell) for one in results):
        return ()
    title = "a second attempt, alone"
    voices = Voices(lambda words: print(words, end="", flush=True))
    return fell if run({"title": title, "command": ["pytest", *fell], "minutes": 0}, voices, soak=soak).ok else ()


def main() -> int:
    """All suites; one that fails does not hide those after it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soak", action="store_true", help="the long form: more seeds, kills and time")
    parser.add_argument("--only", help="one suite by its name in tests/budget.toml")
    arguments = parser.parse_args()
    budget = tomllib.loads((ROOT / "tests" / "budget.toml").read_text(encoding="utf-8"))
    suites = {name: suite for name, suite in budget["suites"].items() if arguments.only in (None, name)}
    if not suites:
        parser.error(f"no suite {arguments.only}; there are {', '.join(budget['suites'])}")
    began = time.monotonic()
    compile_tests(ROOT / "tests")
    every = run_all(suites, soak=arguments.soak)
    unsteady = pass_alone(every, budget["second_attempts"], soak=arguments.soak)
    total = (time.monotonic() - began) / 60
    print("\nsuite                                               minutes  share  of processors")
    for result in every:
        mark = "" if result.minutes <= result.allowed else "  over its share"
        word = "ok    " if result.ok else "FAILED"
        times = f"{result.minutes:7.1f} {result.allowed:6.1f} {result.processor_minutes:7.1f}"
        print(f"{word} {result.title:44} {times}{mark}")
    used = sum(result.processor_minutes for result in every)
    print(f"       {'all':44} {total:7.1f} {budget['total_minutes']:6.1f} {used:7.1f}")
    for node in unsteady:
        print(f"UNSTEADY {node}: failed beside the others, passed alone; its words stand above. Mend it.")
    passed, failed, skipped = (sum(getattr(one, what) for one in every) for what in ("passed", "failed", "skipped"))
    counted = f"{passed + len(unsteady)} passed, {failed - len(unsteady)} failed, {skipped} skipped"
    print(f"\n{counted}{f', {len(unsteady)} of them unsteady' if unsteady else ''}")
    return 0 if unsteady or all(one.ok for one in every) else 1


if __name__ == "__main__":
    sys.exit(main())
