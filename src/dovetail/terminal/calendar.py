"""Calendars from a terminal: see a week as it is planned, and say what is different on a date."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, house

Key = Annotated[str, typer.Argument(help="The calendar's name in the plant code.", show_default=False)]
calendar_app = typer.Typer(help="When the plant means to work.", no_args_is_help=True)

_WINDOW = re.compile(r"(?:(?P<name>.+) )?(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)(?: (?P<crew>\S.*))?")


@calendar_app.command("list")
def list_calendars(data: DataOption = Here) -> None:
    """List the calendars with the equipment that keeps them."""
    with house(data) as control:
        for one in control.call("GET", "/calendars")["items"]:
            users = ", ".join(node["path"] for node in one["used_by"]) or "nothing"
            print(f"{one['key']:20} {one['by']:9} {', '.join(one['shifts'])}; kept by {users}")


@calendar_app.command("show")
def show(
    calendar: Key,
    start: Annotated[str | None, typer.Option("--from", help="The first date; default: this week's Monday.")] = None,
    days: Annotated[int, typer.Option(help="How many days.")] = 7,
    data: DataOption = Here,
) -> None:
    """Show days of a calendar: shifts, crews, breaks, holidays and exceptions, in wall time."""
    today = datetime.now().astimezone().date()
    first = today - timedelta(days=today.weekday()) if start is None else _date(start)
    last = first + timedelta(days=days - 1)
    with house(data) as control:
        found = control.call("GET", f"/calendars/{calendar}/days", start=first.isoformat(), end=last.isoformat())
    for day in found["items"]:
        print(_day(day))


@calendar_app.command("except")
def put_exception(
    calendar: Key,
    day: Annotated[str, typer.Argument(help="The date, 2026-12-24.", show_default=False)],
    closed: Annotated[bool, typer.Option("--closed", help="No shift is worked.")] = False,
    shift: Annotated[
        list[str] | None, typer.Option(help='Stands in place of the usual ones: "Early 06:00-12:00 A" (crew optional).')
    ] = None,
    add: Annotated[list[str] | None, typer.Option(help='On top of them: "Overtime 06:00-12:00".')] = None,
    down: Annotated[list[str] | None, typer.Option(help='Planned down: "Boiler 08:00-10:00".')] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the exception of this date away.")] = False,
    until: Annotated[str | None, typer.Option(help="The last date, where it is more than one.")] = None,
    name: Annotated[str | None, typer.Option(help="What it is: Summer shutdown.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why; needed where it changes the past.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data: DataOption = Here,
) -> None:
    """Say what is different on a date, having seen what that touches. For a past date it corrects the past."""
    exception = None if remove else _exception(closed, shift, add, down, until=until, name=name)
    with house(data) as control:
        asked = {"date": _date(day).isoformat(), "exception": exception}
        print(_told(control.call("POST", f"/calendars/{calendar}/preview", asked)))
        if not yes and not _agreed():
            print("Nothing was changed.")
            raise typer.Exit(1)
        where = f"/calendars/{calendar}/exceptions/{_date(day).isoformat()}"
        if remove:
            control.call("POST", f"{where}/remove", {"reason": reason})
        else:
            control.call("PUT", where, {"exception": exception, "reason": reason})
    print("Done.")


def _exception(
    closed: bool,  # a flag of the command line
    shift: list[str] | None,
    add: list[str] | None,
    down: list[str] | None,
    *,
    until: str | None,
    name: str | None,
) -> dict[str, Any]:
    from dovetail.core.errors import InvalidError

    if closed and shift:
        raise InvalidError("--closed and --shift say opposite things", code="exception")
    made: dict[str, Any] = {"name": name, "until": until}
    if closed or shift:
        made["shifts"] = [_window(text) for text in shift or ()]
    made["add"] = [_window(text) for text in add or ()]
    made["down"] = [_window(text) for text in down or ()]
    found = {key: value for key, value in made.items() if value or key == "shifts"}
    if not found.keys() & {"shifts", "add", "down"}:
        hint = "--closed, --shift, --add, --down or --remove"
        raise InvalidError("this says nothing about the date", code="exception", hint=hint)
    return found


def _window(text: str) -> dict[str, str]:
    from dovetail.core.errors import InvalidError

    found = _WINDOW.fullmatch(text)
    if found is None:
        raise InvalidError(f"{text!r} is no time", code="window", hint='"Early 06:00-12:00"')
    return {key: value for key, value in found.groupdict().items() if value}


def _date(text: str) -> date:
    from dovetail.core.errors import InvalidError

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidError(f"{text!r} is no date", code="date", hint="2026-12-24") from error


def _day(day: dict[str, Any]) -> str:
    notes = "; ".join(f"{note['kind']}: {note['name'] or '–'}" for note in day["notes"])
    shifts = [_shift(shift) for shift in day["shifts"]] or ["not worked"]
    down = [f"down {one['start']}–{one['end']} {one['name']}" for one in day["down"]]
    weekday = date.fromisoformat(day["date"]).strftime("%a")
    return f"{weekday} {day['date']}  {', '.join([*shifts, *down])}{f'   ({notes})' if notes else ''}"


def _shift(shift: dict[str, Any]) -> str:
    crew = f" [{shift['crew']}]" if shift["crew"] else ""
    breaks = "".join(f" −{pause['start']}–{pause['end']}" for pause in shift["breaks"])
    return f"{shift['name']} {shift['start']}–{shift['end']}{crew}{breaks}"


def _told(preview: dict[str, Any]) -> str:
    lines = [_change(change) for change in preview["shifts"]]
    if preview["more_shifts"]:
        lines.append(f"… and {preview['more_shifts']} more")
    for one in preview["equipment"]:
        cut = f"; {one['settled']} settled slices are cut again" if one["settled"] else ""
        lines.append(f"  {one['path']}: {one['start']} to {one['end']}{cut}")
    if preview["needs_reason"]:
        lines.append("This changes the past: give a --reason. What was known before stays to be asked for.")
    return "\n".join(lines) if lines else "No shift of any equipment changes."


def _change(change: dict[str, Any]) -> str:
    def said(shift: dict[str, Any] | None) -> str:
        return "–" if shift is None else f"{shift['name']} {shift['start']} to {shift['end']}"

    sign = "+" if change["before"] is None else "-" if change["after"] is None else "~"
    return f"{sign} {said(change['before'])} → {said(change['after'])}"


def _agreed() -> bool:
    import sys

    if not sys.stdin.isatty():
        print("There is nobody to ask; say --yes.", file=sys.stderr)
        return False
    return typer.confirm("Change it?")


def register(app: typer.Typer) -> None:
    """Add the verbs of calendars."""
    app.add_typer(calendar_app, name="calendar")
