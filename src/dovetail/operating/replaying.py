"""`dovetail replay`: what recorded samples would have come to under other plant code, from a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from dovetail.operating.following import answered

STRETCHES_SHOWN: Final = 5
MINUTE_US: Final = 60_000_000
TIMES: Final = ("apt_us", "aust_us", "adet_us", "adot_us", "nodt_us", "planned_down_us", "not_planned_us")


def replay(
    start: Annotated[str, typer.Option("--from", help="RFC 3339 with offset.", show_default=False)],
    end: Annotated[str, typer.Option("--to", help="RFC 3339 with offset; at most now.", show_default=False)],
    plant: Annotated[
        Path | None, typer.Option("--plant", help="Plant code to try; default: the one that holds.")
    ] = None,
    equipment: Annotated[list[str] | None, typer.Option("--equipment", help="Only these paths, and all below.")] = None,
    data: Annotated[
        Path, typer.Option("--data", help="The installation's data folder.", envvar="DOVETAIL_DATA")
    ] = Path(".dovetail"),
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")] = False,
) -> None:
    """Say what would have changed; nothing is written. Exit 0: nothing, 1: error, 2: something."""
    from dovetail.plantcode.folder import read_folder
    from dovetail.terminal.asking import id_of
    from dovetail.terminal.installation import installation

    body: dict[str, Any] = {"from": start, "to": end}
    if plant is not None:
        body["documents"] = {name: content.decode("utf-8") for name, content in read_folder(plant).items()}
    with installation(data) as control:
        if equipment:
            body["equipment"] = [id_of(control, path) for path in equipment]
        found = answered(control, "/replays", body, name="replay")
    print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else as_text(found))
    raise typer.Exit(2 if found["differs"] else 0)


def as_text(found: dict[str, Any]) -> str:
    """A replay as people read it: what differs, the biggest first."""
    lines: list[str] = []
    for machine in found["machines"]:
        lines += _machine(machine) if machine["differs"] else []
    same = sum(not machine["differs"] for machine in found["machines"])
    lines += [f"note: {note}" for note in found["notes"]]
    said = f"{same} of {len(found['machines'])} read the same" if lines else "Nothing would have changed"
    lines.append(f"{said}; {found['samples']:,} samples in {found['took_s']:.1f} s, {found['speed']:,.0f} × real time.")
    return "\n".join(lines)


def _machine(machine: dict[str, Any]) -> list[str]:
    lines = [
        f"{machine['path']}: {as_minutes(machine['moved_us'])} would read otherwise, "
        f"{as_minutes(machine['reclassed_us'])} in another class of time, {machine['pieces']:,} pieces"
    ]
    for stretch in machine["stretches"][:STRETCHES_SHOWN]:
        was, would = _said(stretch["was"]), _said(stretch["would"])
        lines.append(f"    {stretch['start'][:19]}  {as_minutes(stretch['duration_us']):>9}  {was} → {would}")
    if machine["stretches_total"] > STRETCHES_SHOWN:
        lines.append(f"    … and {machine['stretches_total'] - STRETCHES_SHOWN} more")
    for period in (machine["whole"], *machine["shifts"]):
        changes = differing(period["was"], period["would"])
        if changes:
            name = f"{period['shift']} {period['start'][:16]}" if period["shift"] else "in all"
            lines.append(f"  {name}: {', '.join(changes)}")
    if (more := machine["shifts_total"] - len(machine["shifts"])) > 0:
        lines.append(f"  … and {more} more shifts that differ")
    if machine["held_was"] != machine["held_would"]:
        lines.append(f"  held jumps: {machine['held_was']} → {machine['held_would']}")
    return lines


def differing(was: dict[str, Any], would: dict[str, Any]) -> list[str]:
    """The figures of a period that differ, each as it was and as it would be."""
    times = [
        f"{name.removesuffix('_us').upper()} {as_minutes(was['times'][name])} → {as_minutes(would['times'][name])}"
        for name in TIMES
        if was["times"][name] != would["times"][name]
    ]
    counts = [
        f"{name} {_piece(was['counts'][name])} → {_piece(would['counts'][name])}"
        for name in was["counts"]
        if was["counts"][name] != would["counts"][name]
    ]
    kpis = [
        f"{name} {_ratio(was['kpis'][name])} → {_ratio(would['kpis'][name])}"
        for name in ("availability", "effectiveness", "quality_ratio", "oee_index")
        if was["kpis"].get(name) != would["kpis"].get(name)
    ]
    return [*times, *counts, *kpis]


def _said(said: list[str] | None) -> str:
    return "nothing" if said is None else " ".join(word for word in said if word and word != "Production")


def as_minutes(us: int) -> str:
    """A duration as people read it."""
    return f"{us / MINUTE_US:,.1f} min"


def _piece(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(replay)
