"""How a verb reaches the installation: it runs an operation or reads a list, and says how it is taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from dovetail.ownership.control import Control

Where = Annotated[str, typer.Argument(help="The equipment: its path or its id.", show_default=False)]
DataOption = Annotated[Path, typer.Option("--data", help="The installation's data folder.", envvar="DOVETAIL_DATA")]
Here = Path(".dovetail")


def house(data: Path, *, begins: bool = False) -> AbstractContextManager[Control]:
    """The installation in a data folder, or its owner; `begins`: where there is none, one begins with this verb."""
    from dovetail.terminal.installation import installation

    return installation(data, begins=begins)


def running(data: Path) -> Control:
    """The installation that runs on a data folder: what asks a device needs it."""
    from dovetail.terminal.installation import owner

    return owner(data)


def do(control: Control, name: str, given: dict[str, Any], reason: str | None = None) -> Any:
    """Run an operation; what is not given is left out."""
    said = {key: value for key, value in given.items() if value is not None}
    return control.call("POST", f"/operations/{name}", {"given": said, "reason": reason})


def taken_back_by(done: Any) -> None:
    """Say how a change is taken back."""
    print(f"Taken back by: dovetail undo {done['audit_id']}")


def id_of(control: Control, where: str) -> int:
    """The id of an equipment that was named by path or id."""
    from dovetail.core.errors import NotFoundError

    cursor: str | None = None
    while True:
        page = control.call("GET", "/equipment", cursor=cursor)
        for node in page["items"]:
            if where in (node["path"], str(node["id"])):
                return int(node["id"])
        cursor = page["next"]
        if cursor is None:
            raise NotFoundError(f"there is no equipment {where!r}", hint="its path is its name in the plant code")


def items(control: Control, where: str, what: str, hours: float, **query: object) -> list[Any]:
    """A list of an equipment over the last hours, all pages of it."""
    now = datetime.now(UTC)
    period = {"start": (now - timedelta(hours=hours)).isoformat(), "end": (now + timedelta(minutes=1)).isoformat()}
    path = f"/equipment/{id_of(control, where)}/{what}"
    page = control.call("GET", path, **period, **query)
    found = list(page["items"])
    while page["next"]:
        page = control.call("GET", path, **period, **query, cursor=page["next"])
        found += page["items"]
    return found


def period_of(item: Any) -> str:
    """A period in local wall time; a moment where it begins when it ends."""

    def wall(text: str) -> str:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")

    end = "…" if item["end"] is None else wall(item["end"])
    return end if item["start"] == item["end"] else f"{wall(item['start'])} – {end}"


def plain(text: object) -> str:
    """Text that a device or a stranger wrote, without what would steer the terminal.

    >>> plain("pump \\x1b[2J7")
    'pump �[2J7'
    """
    return "".join(letter if letter.isprintable() else "�" for letter in str(text))
