"""Stops from a terminal: what an operator answers on the station, and what a line lead corrects."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dovetail.terminal.asking import DataOption, Here, Where, do, house, id_of, period_of, taken_back_by

Said = Annotated[str | None, typer.Option(help="Why it stood: group/code, as the plant's reasons have it.")]


def stop_line(stop: dict[str, Any], name: str) -> str:
    """A stop in words, with what people and signals say of it."""
    marks = [word for word in ("planned", "micro", "external") if stop[word]]
    marks += ["evidence changed"] * stop["evidence_changed"] + ([stop["because"]["text"]] if stop["because"] else [])
    words = ": ".join(word for word in (stop["edited_by"], stop["comment"]) if word)
    reason = stop["reason"] or "–"
    minutes = f"{stop['duration_s'] / 60:6.1f} min"
    said = " · ".join([*([words] if words else []), *marks])
    return f"{period_of(stop):42} {minutes}  {name:14} {stop['state']:10} {reason:26} {said}".rstrip()


def edit(
    where: Where,
    start: Annotated[str, typer.Argument(help="From when, RFC 3339 with offset; the stop's own start.")],
    end: Annotated[str | None, typer.Argument(help="Until when; left out: it still goes on.")] = None,
    reason: Said = None,
    state: Annotated[str | None, typer.Option(help="What it did, by hand: RUN, Held, CHANGEOVER …")] = None,
    comment: Annotated[str | None, typer.Option(help="What else there is to say.")] = None,
    why: Annotated[str | None, typer.Option(help="Why this is said now; kept in the audit.")] = None,
    data: DataOption = Here,
) -> None:
    """Say what a machine did, or why it stood. `dovetail undo` takes it back."""
    words = {"reason": reason, "state": state, "comment": comment, "why": why}
    given = {"start": start, "end": end} | {name: word for name, word in words.items() if word is not None}
    with house(data) as control:
        done = do(control, "timeline.edit", {"equipment_id": id_of(control, where), **given})
    stop = done["output"]["stop"]
    print(stop_line(stop, "") if stop else "No stop any more.")
    taken_back_by(done)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(edit)
