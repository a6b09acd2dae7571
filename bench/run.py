"""Run every benchmark and print one report; `--write` keeps it in the manual with the machine it ran on."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_S = 1_200  # of one benchmark
REPORT = ROOT / "docs" / "reference" / "benchmarks.md"
HEAD = """# Benchmarks

Ratios against a named peer in the same run; absolute figures are orientation only.
Each table stands under the command that makes it.
Made by `make bench` on {cores} cores, Python {python}, {day}.
"""


def main() -> int:
    """Run the benchmarks one after the other, so that none disturbs the next."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"keep the report in {REPORT.relative_to(ROOT)}")
    parser.add_argument("--only", help="one benchmark, e.g. ingest")
    arguments = parser.parse_args()
    day = datetime.now(UTC).date().isoformat()
    report = [HEAD.format(cores=os.cpu_count(), python=platform.python_version(), day=day)]
    failed = 0
    for file in sorted((ROOT / "bench").glob("*_bench.py")):
        if arguments.only not in (None, file.stem.removesuffix("_bench")):
            continue
        print(f"\n== {file.stem}", flush=True)
        said, is_good = run(file)
        print(said, flush=True)
        failed += not is_good
        report.append(f"## `python bench/{file.name}`\n\n{said.strip()}\n")
    if arguments.write and not failed:
        REPORT.write_text("\n".join(report), encoding="utf-8")
    return 1 if failed else 0


def run(file: Path) -> tuple[str, bool]:
    """What a benchmark said, and whether it came to its end within its limits."""
    with subprocess.Popen(
        [sys.executable, str(file)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True,
    ) as work:  # fmt: skip
        try:
            said, wrong = work.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            os.killpg(work.pid, signal.SIGKILL)  # with the servers that it started
            said, _ = work.communicate()
            return f"{said}\nNOT at its end after {LONGEST_S} s", False
    return (said, True) if work.returncode == 0 else (f"{said}\n{wrong}\nFAILED: exit {work.returncode}", False)


if __name__ == "__main__":
    sys.exit(main())
