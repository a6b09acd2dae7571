"""`dovetail text`: what machines said that they run and what became of it; and what one of these texts meant."""

from __future__ import annotations

from typing import Annotated

import typer

from dovetail.terminal.asking import DataOption, Here, Where, do, house, items, plain, taken_back_by

text_app = typer.Typer(help="Texts by which machines name what they run.", no_args_is_help=True)


@text_app.command("list")
def texts(
    where: Where,
    hours: Annotated[float, typer.Option(help="How far back to look.")] = 24,
    held: Annotated[bool, typer.Option("--held", help="Only those that nobody knows.")] = False,
    data: DataOption = Here,
) -> None:
    """List the texts by which a work unit, or those of a line, named what they run, the newest first."""
    with house(data) as control:
        found = items(control, where, "job-texts", hours, only="held" if held else None)
    for one in found:
        job = " · ".join(plain(word) for word in (one["job_order"], one["product"]) if word)
        why = f"  {plain(one['message'])}" if one["message"] else ""
        by = f"  by {plain(one['by'])}" if one["by"] else ""
        print(f"{one['id']}  {one['at']}  {plain(one['text'])!r}  {one['outcome']}  {job}{why}{by}  ({one['tag']})")
    if any(one["outcome"] == "held" for one in found):
        print("Held texts begin their job once the order is planned or the product known; or say what one meant:")
        print("  dovetail text answer ID --order … | --product … | (neither: it was no job)")


@text_app.command("answer")
def answer(
    text_id: Annotated[str, typer.Argument(help="The text; `dovetail text list` shows it.", show_default=False)],
    order: Annotated[str | None, typer.Option(help="The job order that it meant.")] = None,
    product: Annotated[str | None, typer.Option(help="The product that it meant.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why; kept in the audit.")] = None,
    data: DataOption = Here,
) -> None:
    """Say what a text meant: its job begins at the time at which it was said. Neither given: it was no job."""
    with house(data) as control:
        done = do(control, "job_text.answer", {"text_id": text_id, "job_order": order, "product": product}, reason)
    out = done["output"]
    meant = " · ".join(plain(word) for word in (out["job_order"], out["product"]) if word)
    print(f"{plain(out['text'])!r} of {out['at']}: {meant or 'no job'}")
    taken_back_by(done)


def register(app: typer.Typer) -> None:
    """Add the verbs of texts that name jobs."""
    app.add_typer(text_app, name="text")
