"""Copy an installation while it runs, prove a copy, and bring one back, from a terminal on the server."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from dovetail.terminal.asking import plain

if TYPE_CHECKING:
    from dovetail.ownership.control import Control
    from dovetail.repository.keys import ServerKey
    from dovetail.repository.place import Repository
    from dovetail.upkeep.manifest import Manifest

DataOption = Annotated[Path, typer.Option("--data", help="The installation's data folder.", envvar="DOVETAIL_DATA")]
KeyOption = Annotated[
    Path | None,
    typer.Option("--key", help="The file of the recovery key.", envvar="DOVETAIL_BACKUP_RECOVERY"),
]
SnapshotOption = Annotated[str | None, typer.Option(help="An encrypted backup by its id; default the newest.")]
POLL_S = 0.2


class _MakeUnlessSaid(TyperGroup):
    """`dovetail backup DIR` is short for `dovetail backup make DIR`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        first = args[0] if args else "--help"
        return super().parse_args(ctx, args if first in (*self.commands, "--help") else ["make", *args])


backup_app = typer.Typer(help="Copies of the whole installation.", no_args_is_help=True, cls=_MakeUnlessSaid)


@backup_app.command("key")
def new_key(
    recovery: Annotated[Path, typer.Argument(help="Where to write the recovery key: bring it away from this machine.")],
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Lock it by a passphrase (asked for, or DOVETAIL_BACKUP_PASSPHRASE).")
    ] = False,
    data: DataOption = Path(".dovetail"),
) -> None:
    """Make the key for encrypted backups: the server can write them from then on, and not read them."""
    from dovetail.backups.keyring import KEY_FILE, PASSPHRASE
    from dovetail.core.errors import InvalidError
    from dovetail.ownership.datafolder import existing
    from dovetail.repository import keys

    existing(data)
    key, locked = keys.new_key(), ""
    if passphrase:
        said = os.environ.get(PASSPHRASE) or typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
        if len(said) < 12:
            raise InvalidError("a passphrase has at least 12 characters", code="backup-passphrase")
        locked = keys.locked_text(key, said)
    keys.write_private(recovery, locked or keys.recovery_text(key))
    keys.write_private(data / KEY_FILE, keys.server_text(key.server(locked=locked)))
    print(f"{data / KEY_FILE}: the server's half. Backups are encrypted from now on (key {key.server().id}).")
    print(f"{recovery}: the recovery key. Without it no backup can be read: keep two copies, neither on this machine.")
    if locked:
        print("It is locked by the passphrase, and lies locked beside the backups as well.")


@backup_app.command("make")
def make(
    folder: Annotated[Path, typer.Argument(help="Where to put it; a folder of its own is made in there.")],
    keep: Annotated[
        str | None, typer.Option(help="Remove older ones: 14 keeps so many, 7d,4w,12m one a day, week, month.")
    ] = None,
    data: DataOption = Path(".dovetail"),
) -> None:
    """Copy records and samples of one moment, while the installation runs or stands."""
    from dovetail.terminal.installation import installation

    with installation(data) as control:
        begun = control.call("POST", "/backups", {"folder": str(folder.resolve()), "keep": keep})
        need, free = begun["needs_bytes"] / 1e6, begun["free_bytes"] / 1e6
        print(f"at most {need:,.1f} MB, of {free:,.0f} MB that are free", file=sys.stderr)
        done = _followed(control, begun["job_id"])
    if done["state"] == "failed":
        print(f"error[backup]: {done['detail']}", file=sys.stderr)
        raise typer.Exit(1)
    print(done["detail"])


def _followed(control: Control, job_id: str) -> dict[str, Any]:
    shown = sys.stderr.isatty()
    while True:
        work = control.call("GET", f"/jobs/{job_id}")
        if shown:
            share = 100 * work["done"] // max(1, work["total"])
            print(f"\r{share:3d} % of {work['total'] / 1e6:,.0f} MB", end="", file=sys.stderr, flush=True)
        if work["state"] != "running":
            if shown:
                print(file=sys.stderr)
            return work
        time.sleep(POLL_S)


@backup_app.command("verify")
def verify(
    backup: Annotated[Path, typer.Argument(help="A backup, or the folder of backups: then the newest.")],
    key: KeyOption = None,
    snapshot: SnapshotOption = None,
    unopened: Annotated[
        bool, typer.Option("--unopened", help="Without the recovery key: only whether all is as it was written.")
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Also that it is no older than this installation remembers, which then knows of the proof."
        ),
    ] = None,
) -> None:
    """Prove that a backup can be restored: by restoring it into a scratch place and comparing. Exit 0 or 1."""
    from dovetail.core.clock import SystemClock
    from dovetail.upkeep import manifest, restore

    repository = _repository(backup)
    if repository is not None:
        _verify_encrypted(repository, key, snapshot, unopened=unopened, data=data)
        return
    place = manifest.the_one(backup)
    found = restore.verify(place, clock=SystemClock())
    print(
        f"{place}: whole. Made {found.made_at} by Dovetail {found.version}: {len(found.parts)} files, "
        f"{found.bytes / 1e6:,.1f} MB, {found.rows:,} rows; not encrypted."
    )
    _proven(found, None, data)


def _proven(found: Manifest, key: ServerKey | None, data: Path | None) -> None:
    """Say what is not in it, and let the installation know that the rest came back."""
    from dovetail.backups.receipts import written
    from dovetail.core.clock import SystemClock

    if found.left_out:
        print(f"Not in it: {', '.join(found.left_out)}")
    receipt = written(found, at_us=SystemClock().now_us(), key=key)
    if data is None:
        print(f"So that the installation knows, there: dovetail backup proven {receipt}")
    else:
        _tell(data, receipt)


def _tell(data: Path, receipt: str) -> None:
    from dovetail.terminal.installation import installation

    with installation(data) as control:
        control.call("POST", "/backups/proofs", {"receipt": receipt})
        due = control.call("GET", "/backups/status")["next_proof"]
    print(f"The installation knows of it. The next proof is due by {due[:10]}.")


@backup_app.command("proven")
def proven(
    receipt: Annotated[str, typer.Argument(help="What `backup verify` ended with, on the machine that proved it.")],
    data: DataOption = Path(".dovetail"),
) -> None:
    """Let the installation know that a backup of it was restored and compared elsewhere."""
    _tell(data, receipt)


@backup_app.command("status")
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: DataOption = Path(".dovetail"),
) -> None:
    """Say when the last backup was made and when one last came back, and when the next are due. Exit 1: overdue."""
    from dovetail.terminal.installation import installation

    with installation(data) as control:
        found = control.call("GET", "/backups/status")
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        proof = found["proof"]
        made = (
            f"made {found['last_made'][:19]}, in {found['last_folder']}" if found["last_made"] else "none was ever made"
        )
        came = (
            f"{proof['backup']} of {proof['made'][:19]} at {proof['at'][:19]}, says {plain(proof['by'])}"
            if proof
            else ""
        )
        print(f"backup  {plain(made)}{_due(found['next_backup'], overdue=found['backup_overdue'])}")
        print(f"proof   {came or 'none was ever restored'}{_due(found['next_proof'], overdue=found['proof_overdue'])}")
    if found["backup_overdue"] or found["proof_overdue"]:
        raise typer.Exit(1)


def _due(at: str | None, *, overdue: bool) -> str:
    if at is None:
        return "; due now"
    return f"; was due {at[:19]}" if overdue else f"; next due {at[:19]}"


def _repository(place: Path) -> Repository | None:
    """The encrypted backups at a place, if the newest one there is encrypted."""
    from dovetail.core.errors import InvalidError
    from dovetail.repository import chain
    from dovetail.repository.place import within
    from dovetail.upkeep import manifest

    if (place / manifest.FILE).is_file():
        return None
    found = within(place)
    if len(found) > 1:
        raise InvalidError(
            f"{place} holds backups of {len(found)} installations",
            code="backup-which",
            hint=f"name one: {', '.join(str(one.place) for one in found)}",
        )
    clear = manifest.in_folder(place)
    sealed = chain.standing(found[0].links()) if found else []
    if clear and (not sealed or clear[-1][1].made_at > sealed[-1].at):
        return None
    return found[0] if found else None


def _verify_encrypted(
    repository: Repository, key: Path | None, snapshot: str | None, *, unopened: bool, data: Path | None
) -> None:
    from dovetail.backups.backup import remembered
    from dovetail.backups.keyring import recovery_key
    from dovetail.backups.proof import choose, prove, scrub
    from dovetail.core.clock import SystemClock
    from dovetail.repository import chain
    from dovetail.upkeep.manifest import Progress

    opener = None if unopened else recovery_key(repository, key, ask=_asked)
    progress = Progress()
    if data is not None and "chain" in (last := remembered(data)):
        chain.remembers(repository.lines(), **last["chain"], named=str(repository.place))
    seen = scrub(repository, opener.server().signer if opener else repository.signer, progress)
    print(
        f"{repository.place}: {seen.snapshots} backups, {seen.blocks:,} blocks, {seen.bytes / 1e6:,.1f} MB: "
        "as they were written."
    )
    if opener is None:
        print("Not opened: that it can be restored is proven only with the recovery key (--key).")
        return
    link = choose(repository, opener, snapshot)
    found = prove(repository, link, opener, clock=SystemClock(), progress=progress)
    print(
        f"{link.id}: restored into a scratch place and compared. Made {found.made_at} by Dovetail {found.version}: "
        f"{len(found.parts)} parts, {found.rows:,} rows; encrypted."
    )
    _proven(found, opener.server(), data)


def _asked(named: str) -> str | None:
    return typer.prompt(f"Passphrase of {named}", hide_input=True) if sys.stdin.isatty() else None


@backup_app.command("list")
def show(
    folder: Annotated[Path, typer.Argument(help="The folder of backups.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="Also which one this installation knows to have come back.")
    ] = None,
) -> None:
    """List the backups in a folder, oldest first, and what interrupted ones have left."""
    from dovetail.core.clock import to_rfc3339
    from dovetail.repository import chain
    from dovetail.repository.place import within
    from dovetail.upkeep import manifest
    from dovetail.upkeep.proofs import last_proof

    proof = None if data is None else last_proof(data)
    known = {} if proof is None else {proof.backup: f"  proven {to_rfc3339(proof.at_us)[:19]}"}
    for place, found in manifest.in_folder(folder):
        print(f"{found.made_at}  {found.bytes / 1e6:10,.1f} MB  {place.name}{known.get(found.id, '')}")
    for repository in within(folder):
        for link in chain.standing(repository.links()):
            made = repository.snapshot(link)
            size = f"{made.bytes / 1e6:10,.1f} MB"
            print(f"{made.made_at}  {size}  {repository.place.name}  {made.id}  encrypted{known.get(made.id, '')}")
    for place in manifest.partial_in(folder):
        print(f"interrupted, of no use: {place.name}")


@contextmanager
def _in_the_clear(backup: Path, key: Path | None, snapshot: str | None, data: Path) -> Iterator[Path]:
    """The backup as restore takes it: an encrypted one is laid out in the data folder first, and goes again."""
    from dovetail.backups.keyring import recovery_key
    from dovetail.backups.proof import choose, laid_out
    from dovetail.upkeep import manifest
    from dovetail.upkeep.manifest import Progress

    repository = _repository(backup)
    if repository is None:
        yield manifest.the_one(backup)
        return
    opener = recovery_key(repository, key, ask=_asked)
    link = choose(repository, opener, snapshot)
    with laid_out(repository, link, opener, scratch=data, progress=Progress()) as (folder, _found, _parts):
        yield folder


def restore(
    backup: Annotated[Path, typer.Argument(help="A backup, or the folder of backups: then the newest.")],
    data: DataOption = Path(".dovetail"),
    database_url: Annotated[
        str | None,
        typer.Option(
            help="An empty PostgreSQL for records and samples; default SQLite.", envvar="DOVETAIL_DATABASE_URL"
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Over an installation: it is kept aside.")] = False,
    key: KeyOption = None,
    snapshot: SnapshotOption = None,
) -> None:
    """Bring a backup back, with the server stopped. Checked first; interrupted, it leaves what was there."""
    from dovetail.core.clock import SystemClock
    from dovetail.ownership.control import cli_scope
    from dovetail.ownership.datafolder import own
    from dovetail.ownership.settings import from_environment
    from dovetail.upkeep.manifest import Progress
    from dovetail.upkeep.restore import restore as bring_back

    settings = from_environment(data=data, database_url=database_url)
    os.umask(0o077)  # what comes back is its owner's alone
    with own(settings.data), _in_the_clear(backup, key, snapshot, settings.data) as place:
        done = bring_back(
            place,
            settings.data,
            settings.records_url,
            clock=SystemClock(),
            actor=cli_scope().actor,
            force=force,
            progress=Progress(),
            samples_in=settings.samples,
        )
    files = len(done.manifest.parts)
    print(f"{settings.data} is as it was at {done.manifest.made_at}: {done.rows:,} rows, {files} files.")
    if done.aside is not None:
        print(f"What was there is in {done.aside}; remove it when you are content.")
    if done.manifest.left_out:
        print(f"Not in the backup: {', '.join(done.manifest.left_out)}. Bring them over yourself.")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(backup_app, name="backup")
    app.command()(restore)
