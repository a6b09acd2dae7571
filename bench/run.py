"""Run every benchmark and print one report; `--write` keeps it in the manual with the machine it ran on."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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
        done = subprocess.run(
            [sys.executable, str(file)], capture_output=True, text=True, cwd=ROOT, timeout=900, check=False
        )
        print(done.stdout or done.stderr, flush=True)
        failed += done.returncode != 0
        report.append(f"## `python bench/{file.name}`\n\n{done.stdout.strip()}\n")
    if arguments.write and not failed:
        REPORT.write_text("\n".join(report), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
