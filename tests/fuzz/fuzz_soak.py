"""The long form: a million of each parser, in pieces that are written down, so that an interrupted run goes on.

What is written down holds for a day and for the very files of the program that the parser came to: after a change to
one of them its million begins anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

from fuzz_judge import SOURCE, Outcome, Target, Trial

MILLION: Final = 1_000_000
PIECE: Final = 25_000
RECORD: Final = Path(__file__).parent / "record.json"
NOTES: Final = Path(__file__).resolve().parents[2] / ".fuzz"
_OLD_S: Final = 86_400


def soak(target: Target, *, notes: Path = NOTES, executions: int = MILLION, piece: int = PIECE) -> Outcome:
    """All of them, or what is left of them; what is found is in files under `found`."""
    done = _noted(notes, target)
    trial = Trial(target, box=notes / f"{target.name}.input")
    outcome = trial.outcome
    outcome.refused, outcome.seconds = int(done["refused"]), float(done["seconds"])
    before, kept = int(done["executions"]), int(done["kept"])
    for number in range(before // piece, executions // piece):
        trial.run(piece, seed=number)
        said = {"executions": before + outcome.executions, "kept": max(kept, outcome.kept)}
        _note(notes, target, outcome, said, slowest_ms=max(outcome.slowest_ms, float(done["slowest_ms"])))
        print(
            f"{target.name}: {said['executions']:,} in {outcome.seconds:,.0f} s, {len(outcome.findings)} findings",
            flush=True,
        )
    trial.close()
    outcome.executions += before
    return outcome


def _noted(notes: Path, target: Target) -> dict[str, Any]:
    nothing = {"executions": 0, "refused": 0, "seconds": 0.0, "kept": 0, "slowest_ms": 0.0}
    try:
        found = json.loads((notes / f"{target.name}.json").read_text())
    except (OSError, ValueError):
        return nothing
    is_same = all(_digest(Path(SOURCE) / name) == digest for name, digest in found["files"].items())
    return found if is_same and not found["findings"] and time.time() - found["at"] < _OLD_S else nothing


def _note(notes: Path, target: Target, outcome: Outcome, said: dict[str, int], *, slowest_ms: float) -> None:
    files = {str(Path(name).relative_to(SOURCE)): _digest(Path(name)) for name in sorted(outcome.files)}
    whole = {
        **said, "refused": outcome.refused, "seconds": round(outcome.seconds, 1), "slowest_ms": round(slowest_ms, 1),
        "findings": sorted(outcome.findings), "at": round(time.time()), "files": files,
    }  # fmt: skip
    fresh = notes / f"{target.name}.new"
    fresh.write_text(json.dumps(whole, indent=1))
    fresh.replace(notes / f"{target.name}.json")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.is_file() else ""


def record(notes: Path = NOTES) -> None:
    """Write what was run into the record, which the manual shows; what is noted now takes the place of what was."""
    ran: dict[str, dict[str, Any]] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    for file in sorted(notes.glob("*.json")):
        said = json.loads(file.read_text())
        ran[file.stem] = {name: said[name] for name in ("executions", "refused", "seconds", "kept")}
    RECORD.write_text(json.dumps(dict(sorted(ran.items())), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record(*map(Path, sys.argv[1:]))
