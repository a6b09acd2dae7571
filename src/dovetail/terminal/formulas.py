"""Try an expression from a terminal before it stands in the plant code: what it says now, or what is wrong in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, house, id_of

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

Text = Annotated[str, typer.Argument(help="As it would stand under expression: at a tag.", show_default=False)]
Of = Annotated[str, typer.Option("--of", help="The equipment whose tags it names: its path or its id.")]
At = Annotated[str | None, typer.Option("--at", help="A moment of the past (RFC 3339); default: now.")]


def check_expression(expression: Text, of: Of, at: At = None, data: DataOption = Here) -> None:
    """Check an expression and say what comes of it. Exits with 1 where something is wrong in it."""
    with house(data) as control:
        asked = {"equipment_id": id_of(control, of), "expression": expression, "at": at}
        found = control.call("POST", "/tags/expressions/check", asked)
    for line in said(expression, found):
        print(line)
    if found["fault"] is not None:
        raise typer.Exit(1)


def propose_levels(
    tag: Annotated[str, typer.Argument(help="The tag: its path or its id.", show_default=False)],
    hours: Annotated[float, typer.Option(help="How far to look back; up to a week.")] = 24,
    data: DataOption = Here,
) -> None:
    """Look at a raw signal (clamp, vibration, light) and propose when its machine is off, idle and running."""
    with house(data) as control:
        tag_id = _tag_id(control, tag)
        now = datetime.now(UTC)
        stretch = {"start": (now - timedelta(hours=hours)).isoformat(), "end": now.isoformat()}
        found = control.call("GET", f"/tags/{tag_id}/proposal", **stretch)
    for line in proposed(found):
        print(line)


def _tag_id(control: Control, tag: str) -> int:
    from dovetail.core.errors import NotFoundError

    if tag.isdecimal():
        return int(tag)
    for one in control.call("GET", "/tags", find=tag)["items"]:
        if one["path"] == tag:
            return int(one["id"])
    raise NotFoundError(f"there is no tag {tag!r}")


def proposed(found: dict[str, Any]) -> list[str]:
    """The proposal as it is printed: what was found, how sure it is, and the plant code for it."""
    if not found["thresholds"]:
        return [f"One cannot tell: {found['why']}"]
    lines = [f"{found['why']}, in {found['points']} moments:"]
    for one in found["levels"]:
        lines.append(f"  {one['name']:10} {one['mean']:10.4g} ± {one['sd']:.2g}  {one['share'] * 100:5.1f} %")
    for one in found["thresholds"]:
        lines.append(
            f"  between {one['low']:.4g} and {one['high']:.4g}; {one['expected_wrong'] * 100:.2g} % would be wrong"
        )
    lines += [f"  ! {warning}" for warning in found["warnings"]]
    if found["cycle_s"] is not None:
        lines.append(f"  {found['cycles_counted']} cycles of about {found['cycle_s']:.3g} s")
    return [*lines, "", "Plant code, once the names are right:", *found["code"].splitlines()]


def said(expression: str, found: dict[str, Any]) -> list[str]:
    """The answer as it is printed."""
    fault = found["fault"]
    if fault is not None:
        lines = [fault["message"], f"  {expression}", f"  {' ' * fault['at']}{'^' * (fault['end'] - fault['at'])}"]
        return lines + ([f"  = {fault['hint']}"] if fault["hint"] else [])
    value = "–" if found["value"] is None else str(found["value"])
    unit = f" {found['unit']}" if found["unit"] and found["value"] is not None else ""
    reason = f": {found['reason']}" if found["reason"] else ""
    lines = [f"{value}{unit}  ({found['quality_name']}{reason})  {found['at']}"]
    lines.append(
        f"gives a {found['kind']}" + (f", looks {found['looks_back_s']:g} s back" if found["looks_back_s"] else "")
    )
    lines += [
        f"  {one['name']:30} {_shown(one['value'])}  ({one['quality_name'] or 'never heard of'})"
        for one in found["inputs"]
    ]
    return lines


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def register(tag_app: typer.Typer) -> None:
    """Add to the verbs about tags."""
    tag_app.command("check")(check_expression)
    tag_app.command("propose")(propose_levels)
