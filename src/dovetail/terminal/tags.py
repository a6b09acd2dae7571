"""Signals from a terminal: what a device has, what a signal says now and by whose clock, and every change as it comes.

What Dovetail holds is asked of its store; `--device` and `--connection` ask the device itself, over a link of their own
that is let go of seconds later. Nothing is written.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from dovetail.terminal.asking import DataOption, Here, house, plain, running
from dovetail.terminal.readings import address_rows, device_rows, held_row, link_of, show, tag_named
from dovetail.terminal.watching import Addresses, Tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dovetail.ownership.control import Control

NOT_GOOD: Final = 3  # exit code: asked and answered, but not every value is good
ENTRIES_MAX: Final = 5_000  # of a deep look; a person does not read further, and the device has other work
REST_S: Final = 0.05  # between two questions of a deep look

Named = Annotated[
    list[str], typer.Argument(help="Tags by path or id; with --connection, addresses.", show_default=False)
]
Over = Annotated[
    str | None, typer.Option("--connection", "-c", help="Ask the device of this connection for addresses as they are.")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]

tag_app = typer.Typer(help="Signals: what a device has, what they say now, and every change.", no_args_is_help=True)


@tag_app.command("browse")
def browse(
    connection: Annotated[str, typer.Argument(help="The connection, as plant code names it.", show_default=False)],
    address: Annotated[str | None, typer.Argument(help="Below which address; default: the top.")] = None,
    depth: Annotated[int, typer.Option(min=1, max=20, help="How many levels down.")] = 1,
    as_json: Json = False,
    data: DataOption = Here,
) -> None:
    """List what a device says it has: addresses as plant code writes them, folders with a / behind their name."""
    control = running(data)
    link = link_of(control, connection)
    found: list[dict[str, Any]] = []
    for one in _below(control, link, address, depth):
        found.append(one)
        if not as_json:
            name = plain(one["name"]) + ("/" if one["is_folder"] else "")
            print(f"{'  ' * one['level']}{name:32} {one['kind'] or '':5} {plain(one['address'])}".rstrip())
        if len(found) >= ENTRIES_MAX:
            typer.echo(f"… only the first {ENTRIES_MAX}: name an address to look below it", err=True)
            break
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))


def _below(control: Control, link: dict[str, Any], address: str | None, depth: int) -> Iterator[dict[str, Any]]:
    """Each entry with its level, below its folder; a folder that is met again is not opened again."""
    opened: set[str | None] = {address}

    def look(at: str | None, level: int) -> Iterator[dict[str, Any]]:
        for one in control.call("POST", "/connections/browse", {"link": link, "address": at})["items"]:
            yield {**one, "level": level}
            if one["is_folder"] and level + 1 < depth and one["address"] not in opened:
                opened.add(one["address"])
                time.sleep(REST_S)
                yield from look(one["address"], level + 1)

    yield from look(address, 0)


@tag_app.command("read")
def read(
    named: Named,
    connection: Over = None,
    device: Annotated[bool, typer.Option("--device", help="Ask the devices now, instead of the store.")] = False,
    as_json: Json = False,
    data: DataOption = Here,
) -> None:
    """Show values with their quality, their times and the protocol's own status. Exit code 3: not all are good."""
    if connection is not None:
        control = running(data)
        rows = address_rows(control, link_of(control, connection), named)
    elif device:
        control = running(data)
        rows = device_rows(control, [tag_named(control, one) for one in named])
    else:
        with house(data) as control:
            rows = [held_row(tag_named(control, one)) for one in named]
    _tell(rows, as_json)
    if not all(row["good"] for row in rows):
        raise typer.Exit(NOT_GOOD)


def _tell(rows: Iterable[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(list(rows), indent=2, ensure_ascii=False))
        return
    for row in rows:
        print(show(row))


@tag_app.command("watch")
def watch(
    named: Named,
    connection: Over = None,
    every: Annotated[float, typer.Option(min=0.2, max=60, help="Look so often, seconds.")] = 1.0,
    lasting: Annotated[float | None, typer.Option("--for", min=0, help="End after so many seconds.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many lines.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    data: DataOption = Here,
) -> None:
    """Show what is newest, then every sample that is stored; addresses: every change that a look finds.

    Ctrl-C ends it. What falls between two looks at an address is not seen; of tags nothing stored is missed.
    """
    control = running(data)
    if connection is not None:
        source: Addresses | Tags = Addresses(control, link_of(control, connection), named)
    else:
        source = Tags(control, [tag_named(control, one) for one in named])
    end_s = None if lasting is None else time.monotonic() + lasting
    told = 0
    with suppress(KeyboardInterrupt):
        while True:
            for row in source.news():
                print(json.dumps(row, ensure_ascii=False) if as_json else show(row), flush=True)
                told += 1
                if told == count:
                    return
            rest_s = every if end_s is None else min(every, end_s - time.monotonic())
            if rest_s <= 0:
                return
            time.sleep(rest_s)


def register(app: typer.Typer) -> None:
    """Add the verbs of signals."""
    app.add_typer(tag_app, name="tag")
