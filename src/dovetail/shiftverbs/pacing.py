"""`dovetail pace`: how the running shift stands against its plan, as a supervisor asks it in passing."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, Where, house, id_of

FACTORS = ("oee_index", "availability", "effectiveness", "quality_ratio")
MISSING = {
    "no-counter": "no counter is assigned",
    "no-shift": "no shift runs now",
    "no-plan": "nothing is planned",
    "too-early": "too early to say",
    "no-quantity": "no order says how many",
    "too-long": "it runs for more than a month",
    "made": "all pieces are made",
    "too-little": "too little was made of it here to say",
    "too-far": "more than a month away",
}


def pace(
    where: Where,
    as_json: Annotated[bool, typer.Option("--json", help="The document of the API.")] = False,
    data: DataOption = Here,
) -> None:
    """Show the running shift of a machine or a line: OEE, ahead or behind, and what it will come to."""
    with house(data) as control:
        told = control.call("GET", f"/equipment/{id_of(control, where)}/live-kpi")
    if as_json:
        print(json.dumps(told))
        return
    for line in lines_of(told):
        print(line)


def lines_of(told: dict[str, Any]) -> list[str]:
    """The document in words; what nobody can say is a dash, and why."""
    values = {kpi["id"]: kpi["value"] for kpi in told["kpis"]}
    found, shift = told["pace"], told["shift"]
    lines = [shift["name"] if shift else "no shift runs now: the last eight hours"]
    lines.append("  ".join(f"{name} {_share(values.get(name))}" for name in FACTORS))
    lines.append(f"good {_number(found['good'])} of {_number(found['due'])} due by now{_gap(found)}")
    why = f" ({MISSING.get(found['missing'], found['missing'])})" if found["missing"] else ""
    lines.append(f"at shift end {_number(found['projected'])} of {_number(found['planned'])} planned{why}")
    lines += [_job(job) for job in told["jobs"]]
    lines.append(f"provisional since {told['settled']}" if told["settled"] else "provisional")
    return [*lines, *(f"hint: {hint}" for hint in told["hints"])]


def _job(job: dict[str, Any]) -> str:
    name = " ".join(word for word in (job["job_order"], job["product"]) if word)
    made = "" if job["quantity"] is None else f" {_number(job['made'])} of {job['quantity']}"
    if job["expected_end"] is None:
        return f"{name}{made}: end – ({MISSING.get(job['missing'], job['missing'])})"
    return f"{name}{made}: end {job['expected_end']} ({job['earliest']} – {job['latest'] or 'later'})"


def _gap(found: dict[str, Any]) -> str:
    if found["difference"] is None:
        return ""
    minutes = "" if found["difference_min"] is None else f", {abs(found['difference_min'])} min"
    return f": {abs(found['difference'])} {'behind' if found['difference'] < 0 else 'ahead'}{minutes}"


def _number(value: int | None) -> str:
    return "–" if value is None else str(value)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(pace)
