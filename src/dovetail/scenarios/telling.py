"""Tell what came of scenarios: to people side by side, to programs as JSON, to build servers as JUnit's XML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from dovetail.scenarios.judge import Finding
from dovetail.scenarios.play import Played


def as_text(played: Sequence[Played]) -> str:
    """A line for each scenario that holds, and everything about those that do not."""
    parts = [_one(one) for one in played]
    good = sum(one.ok for one in played)
    checks = sum(len(one.findings) for one in played)
    took_s = sum(one.took_s for one in played)
    failed = f", {len(played) - good} not" if good < len(played) else ""
    return "\n".join([*parts, f"{good} of {len(played)} scenarios hold{failed}; {checks} checks, {took_s:.1f} s."])


def _one(played: Played) -> str:
    if played.ok:
        return f"✓ {played.file}: {played.title}"
    head = f"✗ {played.file}: {played.title}"
    if not played.report.ok:
        return f"{head}\n\n{_indented(str(played.report))}\n"
    return "\n\n".join([head, *(_indented(_finding(one)) for one in played.findings if not one.ok)]) + "\n"


def _finding(finding: Finding) -> str:
    head = f"{finding.place}: {finding.what}"
    if not finding.lines:
        return f"{head}\n  expected  {finding.expected}\n  actual    {finding.actual}"
    width = max(len("expected"), *(len(left) for left, _, _ in finding.lines))
    rows = [f"    {'expected':<{width}}   actual"]
    rows += [f"  {' ' if ok else '✗'} {left:<{width}}   {right or '(nothing)'}" for left, right, ok in finding.lines]
    return "\n".join([head, *(row.rstrip() for row in rows)])


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.splitlines())


def as_json(played: Sequence[Played]) -> dict[str, Any]:
    """All of it as plain data."""
    return {"ok": all(one.ok for one in played), "scenarios": [_data(one) for one in played]}


def _data(played: Played) -> dict[str, Any]:
    return {
        "file": played.file,
        "scenario": played.title,
        "ok": played.ok,
        "took_s": round(played.took_s, 3),
        "problems": [
            {
                "file": problem.place.file, "line": problem.place.line, "col": problem.place.col,
                "code": problem.code, "message": problem.message, "hint": problem.hint,
            }
            for problem in played.report.problems
        ],
        "checks": [
            {
                "file": one.place.file, "line": one.place.line, "what": one.what, "ok": one.ok,
                "expected": one.expected, "actual": one.actual,
                "rows": [{"expected": left, "actual": right, "ok": ok} for left, right, ok in one.lines],
            }
            for one in played.findings
        ],
    }  # fmt: skip


def as_junit(played: Sequence[Played]) -> str:
    """The same for a build server: a test case for each scenario."""
    failed = sum(not one.ok for one in played)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuite name="dovetail scenarios" tests="{len(played)}" failures="{failed}">')
    for one in played:
        head = f'  <testcase classname={quoteattr(one.file)} name={quoteattr(one.title)} time="{one.took_s:.3f}"'
        if one.ok:
            lines.append(head + "/>")
        else:
            lines.append(f"{head}>\n    <failure>{escape(_one(one))}</failure>\n  </testcase>")
    return "\n".join([*lines, "</testsuite>", ""])
