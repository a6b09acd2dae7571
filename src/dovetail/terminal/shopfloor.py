"""Jobs, pieces and held jumps from a terminal: what an operator and a line lead do on the screens."""

from __future__ import annotations

from typing import Annotated

import typer

from dovetail.terminal.asking import DataOption, Here, Where, do, house, id_of, items, period_of, taken_back_by

Jump = Annotated[str, typer.Argument(help="The jump's id; `dovetail jumps list` shows it.", show_default=False)]
Response = Annotated[str, typer.Argument(help="The id of the job response, or of the run on a line.")]
Start = Annotated[str | None, typer.Option(help="From when, RFC 3339 with offset.")]
End = Annotated[str | None, typer.Option(help="Until when, RFC 3339 with offset.")]
Hours = Annotated[float, typer.Option(help="How far back to look.")]
Why = Annotated[str | None, typer.Option(help="Why; kept in the audit.")]

count_app = typer.Typer(help="Pieces entered by hand.", no_args_is_help=True)
job_app = typer.Typer(help="What runs on a machine.", no_args_is_help=True)
jumps_app = typer.Typer(help="Counter jumps that were held: not counted until somebody says so.", no_args_is_help=True)


@count_app.command("enter")
def enter(
    where: Where,
    good: Annotated[int | None, typer.Option(help="Good pieces; negative takes away.")] = None,
    scrap: Annotated[int | None, typer.Option(help="Scrapped pieces.")] = None,
    rework: Annotated[int | None, typer.Option(help="Pieces to rework.")] = None,
    total: Annotated[int | None, typer.Option(help="All of them: good or scrap follows.")] = None,
    infeed: Annotated[int | None, typer.Option(help="Pieces fed in.")] = None,
    unit: Annotated[str | None, typer.Option(help="What they are counted in, as case or kg; default: pieces.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it is scrap: group/code.")] = None,
    start: Start = None,
    end: End = None,
    job: Annotated[str | None, typer.Option(help="They are of this job response alone.")] = None,
    comment: Annotated[str | None, typer.Option(help="What else there is to say.")] = None,
    data: DataOption = Here,
) -> None:
    """Enter pieces made at a work unit: for a period, for the moment of --end, or for now."""
    given = {"good": good, "scrap": scrap, "rework": rework, "infeed": infeed, "reason": reason, "total": total}
    given |= {"start": start, "end": end, "job_response_id": job, "comment": comment, "unit": unit}
    with house(data) as control:
        done = do(control, "count.enter", {"equipment_id": id_of(control, where)} | given)
    for item in done["output"]["items"]:
        print(f"{item['quantity']:+8} {item['kind']:7} {period_of(item)}  ({item['origin']})")
    if (held := done["output"]["held"]) is not None:
        print(f"Held for review: {held['made']} pieces {period_of(held)}, {held['possible']} possible.")
    if (came_to := done["output"]["counts_as"]) is not None:
        pieces = ", ".join(f"{quantity:+} {kind}" for kind, quantity in came_to.items())
        print(
            f"In {unit}; counts as {pieces}." if came_to else f"What a {unit} is, nobody has said: kept, not counted."
        )
    taken_back_by(done)


@count_app.command("list")
def list_entries(where: Where, hours: Hours = 24, data: DataOption = Here) -> None:
    """List what was entered at a work unit or a line, the newest first, taken back or not."""
    with house(data) as control:
        for one in items(control, where, "count-entries", hours):
            back = f"  taken back by {one['withdrawn_by']}" if one["withdrawn"] else ""
            words = " · ".join(word for word in (one["reason"], one["comment"]) if word)
            pieces = f"{one['quantity']:+8} {one['unit'] or ''} {one['kind']:7}"
            print(f"{one['entry_id']:6} {pieces} {period_of(one)}  {one['by']}  {words}{back}")


@count_app.command("withdraw")
def withdraw(
    entry_id: Annotated[int, typer.Argument(help="The entry; `dovetail count list` shows it.")],
    reason: Why = None,
    data: DataOption = Here,
) -> None:
    """Take an entry back: none of its pieces count."""
    with house(data) as control:
        do(control, "count.withdraw", {"entry_id": entry_id}, reason)
    print("Taken back.")


@jumps_app.command("list")
def list_jumps(
    where: Where,
    hours: Hours = 7 * 24,
    undecided: Annotated[bool, typer.Option("--undecided", help="Only those that wait for somebody.")] = False,
    data: DataOption = Here,
) -> None:
    """List the held jumps of a work unit or a line, with what was decided."""
    with house(data) as control:
        for one in items(control, where, "held-jumps", hours, only="undecided" if undecided else None):
            said = "waits"
            if one["decision"]:
                said = f"{one['decision']} by {one['decided_by']}, {one['counted']} counted"
            said += ", changed since by late samples" if one["evidence_changed"] else ""
            moved = f"{one['before']} → {one['after']} ({one['cause']}, {one['quantity']} pieces)"
            print(f"{one['held_id']:34} {period_of(one)}  {one['counter']}: {moved}  {said}")


@jumps_app.command("accept")
def accept(
    held_id: Jump,
    quantity: Annotated[int | None, typer.Option(help="How many were made; default: all that is held.")] = None,
    start: Start = None,
    end: End = None,
    again: Annotated[bool, typer.Option("--again", help="Decide anew what was decided already.")] = False,
    reason: Why = None,
    data: DataOption = Here,
) -> None:
    """Count the pieces of a held jump, over its time or a part of it."""
    given = {"held_id": held_id, "quantity": quantity, "start": start, "end": end, "again": again}
    with house(data) as control:
        done = do(control, "count.accept_jump", given, reason)
    print(f"{done['output']['quantity']} pieces count, {period_of(done['output'])}")
    taken_back_by(done)


@jumps_app.command("dismiss")
def dismiss(
    held_id: Jump,
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")],
    again: Annotated[bool, typer.Option("--again", help="Decide anew what was decided already.")] = False,
    data: DataOption = Here,
) -> None:
    """Dismiss a held jump: nothing was made."""
    with house(data) as control:
        done = do(control, "count.dismiss_jump", {"held_id": held_id, "again": again}, reason)
    print("Nothing of it counts.")
    taken_back_by(done)


# --- jobs -----------------------------------------------------------------------------------------------------
@job_app.command("start")
def start_job(
    where: Where,
    product: Annotated[str, typer.Argument(help="What is made.")],
    order: Annotated[str | None, typer.Option(help="The job order.")] = None,
    lot: Annotated[str | None, typer.Option(help="The lot.")] = None,
    crew: Annotated[str | None, typer.Option(help="Who runs it.")] = None,
    rate: Annotated[float | None, typer.Option(help="Pieces per minute of this job.")] = None,
    start: Start = None,
    end: End = None,
    beside: Annotated[bool, typer.Option("--beside", help="Beside what runs there.")] = False,
    share: Annotated[float | None, typer.Option(help="Its part of time and counted pieces, percent.")] = None,
    reason: Why = None,
    data: DataOption = Here,
) -> None:
    """Start a job on a work unit or a line; with --end one that ran in the past."""
    given = {"product": product, "job_order": order, "lot": lot, "crew": crew, "standard_rate_upm": rate}
    given |= {"started_at": start, "ended_at": end, "beside": beside}
    given["share_ppm"] = None if share is None else round(share * 10_000)
    with house(data) as control:
        done = do(control, "job.start", {"equipment_id": id_of(control, where), **given}, reason)
    print(done["output"]["id"])
    taken_back_by(done)


@job_app.command("end")
def end_job(
    job: Response,
    at: Annotated[str | None, typer.Option(help="When, RFC 3339; default: now.")] = None,
    reason: Why = None,
    data: DataOption = Here,
) -> None:
    """End a job, or a run on every work unit where it still runs."""
    with house(data) as control:
        taken_back_by(do(control, "job.end", {"job_response_id": job, "ended_at": at}, reason))


@job_app.command("hand-over")
def hand_over(
    job: Response,
    crew: Annotated[str | None, typer.Option(help="Who goes on with it.")] = None,
    note: Annotated[str | None, typer.Option(help="What they must know.")] = None,
    at: Annotated[str | None, typer.Option(help="When, RFC 3339; default: now.")] = None,
    data: DataOption = Here,
) -> None:
    """Hand a running job over to the next crew, with a note."""
    given = {"job_response_id": job, "crew": crew, "note": note, "handed_over_at": at}
    with house(data) as control:
        done = do(control, "job.hand_over", given)
    for item in done["output"]["items"]:
        print(item["id"])
    taken_back_by(done)


@job_app.command("list")
def list_jobs(where: Where, hours: Hours = 24, data: DataOption = Here) -> None:
    """List what ran on a work unit or a line, and what runs."""
    with house(data) as control:
        for one in items(control, where, "job-responses", hours):
            share = f"{one['share_ppm'] / 10_000:g} %" if one["share_ppm"] else "beside" if one["beside"] else ""
            words = [one["job_order"] or "–", one["product"], one["crew"] or "", share, one["note"] or ""]
            print(f"{one['id']}  {period_of(one)}  {'  '.join(word for word in words if word)}")


def register(app: typer.Typer) -> None:
    """Add the verbs of the shop floor."""
    app.add_typer(job_app, name="job")
    app.add_typer(count_app, name="count")
    app.add_typer(jumps_app, name="jumps")
