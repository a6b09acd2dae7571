"""How long samples are kept, from a terminal: what would go, let it go, what has gone, and what must stay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from dovetail.terminal.asking import DataOption, Here, do, house, id_of, period_of, plain
from dovetail.terminal.readings import tag_named
from dovetail.terminal.waiting import ended

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

retention_app = typer.Typer(help="What goes by the retention rules of the plant code.", no_args_is_help=True)
WAITS: Final = {
    "unproven": "no backup was ever restored to prove it (dovetail backup verify)",
    "older-proof": "samples came after the backup that was proven (dovetail backup make, then verify)",
    "behind": "the copy {copy} does not hold it yet",
    "away": "the copy {copy} is not reached (dovetail forwarding status)",
    "not-taken": "the copy {copy} does not take these tags (its equipment, tags and without in the plant code)",
    "no-copy": "the plant code names no copy {copy}",
}
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Reason = Annotated[str, typer.Option(help="Why; kept for ever and in the audit.", show_default=False)]


@retention_app.command("plan")
def plan(
    at: Annotated[str | None, typer.Option("--at", help="A moment to come, RFC 3339; default now.")] = None,
    as_json: Json = False,
    data: DataOption = Here,
) -> None:
    """Say what would go, of which month and by which rule. Changes nothing."""
    with house(data) as control:
        found = control.call("GET", "/retention/plan", at=at)
    print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else _as_text(found))


@retention_app.command("run")
def run(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why now, for the audit.")] = None,
    data: DataOption = Here,
) -> None:
    """Show what is due, ask, and let it go now; by itself it goes once a day."""
    from dovetail.terminal.installation import at_work

    with at_work(data, lambda house: house.keeper.step()) as (control, work_on):
        found = control.call("GET", "/retention/plan")
        print(_as_text(found))
        if not found["lines"]:
            return
        if not yes and not typer.confirm("Let it go?"):
            raise typer.Exit(1)
        job_id = do(control, "retention.run", {"plan": found["digest"]}, reason)["output"]["job_id"]
        work = ended(control, job_id, name="retention", of="samples", meanwhile=work_on)
    print(work["detail"])


@retention_app.command("drops")
def drops(as_json: Json = False, data: DataOption = Here) -> None:
    """Show what has gone, by which rule and when, the newest first."""
    with house(data) as control:
        found = control.call("GET", "/retention/drops")["items"]
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found:
        print(f"{one['at'][:19]}  {_line(one)} · {plain(one['by'])}{''.join(f' · {file}' for file in one['files'])}")


def bring(
    path: Annotated[Path, typer.Argument(help="An archive, or a folder of them.", show_default=False)],
    reason: Reason,
    data: DataOption = Here,
) -> None:
    """Bring archived samples back into the plant; they are held until `release`."""
    from dovetail.terminal.installation import at_work

    with at_work(data, lambda house: house.keeper.step()) as (control, work_on):
        job_id = do(control, "retention.bring", {"path": str(path.resolve())}, reason)["output"]["job_id"]
        work = ended(control, job_id, name="archive", of="files", meanwhile=work_on)
    print(f"{work['detail']}. They are held: dovetail samples holds")


def hold(
    start: Annotated[str, typer.Argument(help="From when, RFC 3339 with offset.", show_default=False)],
    end: Annotated[str, typer.Argument(help="Until when.", show_default=False)],
    reason: Reason,
    equipment: Annotated[list[str] | None, typer.Option(help="With all below it; its path or id.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Its path or id.")] = None,
    data: DataOption = Here,
) -> None:
    """Keep samples of a period from going, whatever the rules say, until they are released."""
    with house(data) as control:
        given = {
            "equipment": [id_of(control, name) for name in equipment or ()],
            "tags": [tag_named(control, name)["id"] for name in tag or ()],
            "start": start,
            "end": end,
        }
        made = do(control, "retention.hold", given, reason)["output"]
    print(f"Hold {made['id']}: {period_of(made)}. Ended by: dovetail samples release {made['id']} --reason …")


def release(
    hold_id: Annotated[int, typer.Argument(help="The number of the hold.", show_default=False)],
    reason: Reason,
    data: DataOption = Here,
) -> None:
    """End a hold: what it kept goes when its rule says so."""
    with house(data) as control:
        do(control, "retention.release", {"hold_id": hold_id}, reason)
    print(f"Hold {hold_id} is released.")


def holds(as_json: Json = False, data: DataOption = Here) -> None:
    """Show what is held, and what was, the newest first."""
    with house(data) as control:
        found = control.call("GET", "/retention/holds")["items"]
        names = _names(control, found)
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found:
        of = ", ".join(names[kind, number] for kind in ("equipment", "tags") for number in one[kind])
        back = one["released"]
        ended = f" · released by {plain(back['by'])}: {plain(back['reason'])}" if back else ""
        print(f"{one['id']:>4}  {period_of(one):42} {of} · {plain(one['by'])}: {plain(one['reason'])}{ended}")


def _names(control: Control, found: list[Any]) -> dict[tuple[str, int], str]:
    """The paths of what is held, where they are known."""
    names: dict[tuple[str, int], str] = {}
    for kind, word in (("equipment", "equipment"), ("tags", "tags")):
        for number in {number for one in found for number in one[kind]}:
            names[kind, number] = control.call("GET", f"/{word}/{number}")["path"]
    return names


def _as_text(found: dict[str, Any]) -> str:
    lines = [_line(one) for one in found["lines"]]
    lines += [_waiting(one) for one in found["waits"]]
    lines += [f"! {found['trouble']}"] if found["trouble"] else []
    size = f"{found['samples']:,} samples, {found['bytes'] / 1e6:,.1f} MB"
    lines += [f"{size} would go; {found['spared']:,} that are old enough stay: held, or still true."]
    return "\n".join(lines)


def _waiting(one: dict[str, Any]) -> str:
    what = f"{one['samples']:>14,} samples  {one['bytes'] / 1e6:>10,.1f} MB  {one['tags']:>6,} tags"
    why = WAITS[one["why"]].format(copy=plain(one["copy_name"]))
    return f"waits    {one['month']}  {what}  rule {one['rule']}: {why}"


def _line(one: dict[str, Any]) -> str:
    what = f"{one['samples']:>14,} samples  {one['bytes'] / 1e6:>10,.1f} MB  {one['tags']:>6,} tags"
    return f"{one['act']:8} {one['month']}  {what}  rule {one['rule']}"


def register(samples_app: typer.Typer) -> None:
    """Add to the verbs about samples."""
    samples_app.add_typer(retention_app, name="retention")
    for name, verb in (("import", bring), ("hold", hold), ("release", release), ("holds", holds)):
        samples_app.command(name)(verb)
