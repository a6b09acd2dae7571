"""Say what ails an installation, who can mend it, and how. Judges facts; looks at nothing itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US, to_rfc3339
from dovetail.core.limits import DISK_FULL_BYTES, GROUP_COMMIT_S, HEAD_BYTES_MAX
from dovetail.fleet.model import Verdict, judge
from dovetail.scrubbing.model import told_of
from dovetail.upkeep.rates import lasting
from dovetail.vitals.copied import backups
from dovetail.vitals.facts import FOLDER, Facts
from dovetail.vitals.finding import Finding

NO_ROOM: Final = re.compile(r"disk( of .+)? is full|No space left on device")  # in our, SQLite's and PostgreSQL's words
FULL: Final = "administrator", "make room on that disk (PostgreSQL's: on its server); it goes on by itself"
OURS: Final = "us", "it is tried again; the log has the whole of it"
WORST: Final[tuple[Verdict, ...]] = ("well", "look", "ill")  # the place in it is the exit code
SQLITE_WHOLE: Final = (3, 51, 3)  # the first without the WAL-reset bug (DESIGN §5)
NETWORK: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "ceph", "glusterfs", "afs"})
MEMORY: Final = frozenset({"tmpfs", "ramfs"})
FSYNC_SLOW_MS: Final = GROUP_COMMIT_S * 1000  # the live lane shares a commit this often
CLOCK_BEHIND_US: Final = 5 * MINUTE_US
ROWS_BEHIND: Final = 20_000  # of the head: some minutes of a busy plant; a restart may leave 2,000
EVENTS_BEHIND: Final = 1_000
COPY_BEHIND_US: Final = HOUR_US  # of the time that a copy was last seen to be equal; one is compared each minute
SPACE_DAYS: Final = 30  # time to buy a disk, or to say what may go
WAITING_US: Final = MINUTE_US  # parcels are brought over within a second
TLS_SOON_US: Final = 30 * DAY_US  # SECURITY B8
TLS_NOW_US: Final = 7 * DAY_US

type Check = Callable[[Facts], Iterator[Finding]]


def examine(facts: Facts, *, hardening: bool = False) -> list[Finding]:
    """Every finding, in the order of the checks; `hardening` adds what an attacker would look for."""
    checks = [*CHECKS, *(HARDENING if hardening else ())]
    return [finding for check in checks for finding in check(facts)]


def worst(findings: Sequence[Finding]) -> int:
    """0: all is well, 1: something to look at, 2: something is ill. The exit code."""
    return max((WORST.index(finding.verdict) for finding in findings), default=0)


# --- the disk -------------------------------------------------------------------------------------------------


def _filesystem(facts: Facts) -> Iterator[Finding]:
    kind = facts.disk.filesystem
    if kind in NETWORK:
        says = f"the data folder is on a network file system ({kind}): locks and fsync cannot be relied on there"
        yield Finding("filesystem", "ill", says, "administrator", "move the data folder to a disk of this machine")
    elif kind in MEMORY:
        says = f"the data folder is in memory ({kind}): a restart of the machine loses everything"
        yield Finding("filesystem", "ill", says, "administrator", "move the data folder to a disk")
    elif kind == "overlay":
        says = "the data folder is inside a container's own layer: it goes with the container"
        yield Finding("filesystem", "look", says, "administrator", "mount a volume for the data folder")
    else:
        yield Finding("filesystem", "well", f"the data folder is on {kind or 'an unnamed file system'}")


def _fsync(facts: Facts) -> Iterator[Finding]:
    took = facts.disk.fsync_ms
    if took < 0:
        says = "a small file cannot be written and made safe in the data folder"
        yield Finding("fsync", "ill", says, "administrator", "look at the disk: full, read-only, or failing")
    elif took > FSYNC_SLOW_MS:
        says = f"the disk takes {took:.0f} ms to make a write safe: live values come late"
        yield Finding("fsync", "look", says, "administrator", "use a faster disk, or one with a protected cache")
    else:
        says = (
            f"a write is safe after {took:.1f} ms, says the disk; whether its cache outlives a power cut it cannot say"
        )
        yield Finding("fsync", "well", says)


def _space(facts: Facts) -> Iterator[Finding]:
    disk = facts.disk
    says = f"{disk.free / 1e9:.1f} of {disk.total / 1e9:.1f} GB are free"
    how = "make room (retention rules let old samples go), or move the data folder; remove before-restore-* folders"
    says += lasting(days := facts.days_left)
    if disk.free < DISK_FULL_BYTES:
        yield Finding("space", "ill", says + ": the next write may fail", "administrator", how)
    elif disk.free < 20 * DISK_FULL_BYTES or disk.free < disk.total // 20 or (days is not None and days < SPACE_DAYS):
        yield Finding("space", "look", says, "administrator", how)
    else:
        yield Finding("space", "well", says)


def _ballast(facts: Facts) -> Iterator[Finding]:
    if facts.disk.ballast:
        yield Finding("ballast", "well", f"a reserve of {facts.disk.ballast >> 20} MB is kept for a full disk")
    else:
        says = "there is no reserve for a full disk: it was let go, none is asked for, or the server has not run yet"
        how = "make room; a running server makes the reserve anew, unless DOVETAIL_BALLAST_MB is 0"
        yield Finding("ballast", "look", says, "administrator", how)


def _modes(facts: Facts) -> Iterator[Finding]:
    shown = sorted(name for name, mode in facts.disk.modes.items() if mode & 0o077)
    folder_is_closed = not facts.disk.modes.get(FOLDER, 0) & 0o077
    if not facts.disk.owner_is_us:
        says = "the data folder belongs to somebody else than this command runs as"
        yield Finding("permissions", "look", says, "administrator", "run it as the user of the service")
    elif shown and not folder_is_closed:
        says = f"others on this machine can read {', '.join(shown)}"
        yield Finding("permissions", "ill", says, "administrator", f"chmod 700 {facts.data}")
    else:
        yield Finding("permissions", "well", "only its owner can read the data folder")


# --- the stores -----------------------------------------------------------------------------------------------


def _sqlite(facts: Facts) -> Iterator[Finding]:
    version = tuple(int(part) for part in facts.sqlite.split("."))
    whose = "its own" if facts.sqlite_is_own else "Python's"
    if version < SQLITE_WHOLE:
        says = f"SQLite {facts.sqlite} ({whose}) can corrupt a journal when two connections reset it"
        how = "pip install 'pysqlite3>=0.6.1' where there is a wheel, else a Python with SQLite 3.51.3 or newer"
        yield Finding("sqlite", "ill", says, "administrator", how)
    else:
        yield Finding("sqlite", "well", f"SQLite {facts.sqlite} ({whose})")


def _records(facts: Facts) -> Iterator[Finding]:
    found = facts.records
    if found.fault is not None:
        away = "start the database, or correct DOVETAIL_DATABASE_URL"
        here = "name the right --data; a first `dovetail serve` makes it"
        how = found.mend or (here if found.backend == "sqlite" else away)
        yield Finding("records", "ill", f"the records cannot be read: {found.fault}", "administrator", how)
    elif found.step != found.newest_step:
        says = f"the records are at step {found.step or 'none'}, this version is at {found.newest_step}"
        yield Finding("records", "look", says, "administrator", "back up, then start the server: it migrates")
    else:
        yield Finding("records", "well", f"{found.backend}, step {found.step}, {found.bytes / 1e6:.1f} MB")


def _samples(facts: Facts) -> Iterator[Finding]:
    found = facts.samples
    if found.fault is not None:
        yield Finding(
            "samples", "ill", f"the samples cannot be read: {found.fault}", "administrator", "name the right --data"
        )
        return
    unsealed, kept = found.last - found.sealed, found.last - found.released
    place = {"files": "in files", "postgresql": "in PostgreSQL"}[found.where]
    if found.where == "files" and facts.records.backend == "postgresql":
        place = "in files, beside records in PostgreSQL (a backup, restored, brings them there)"
    says = f"{place}: {found.months} months, {found.bytes / 1e6:.1f} MB; {unsealed} rows of the head wait to be sealed"
    if found.form:
        says += f"; form {found.form}"
    if found.bytes > HEAD_BYTES_MAX and kept > ROWS_BEHIND:
        says += f", {kept} are kept for consumers that are behind"
    if unsealed > ROWS_BEHIND:
        yield Finding(
            "samples", "look", says, "us", "look in the log for why the sealer fails; it catches up by itself"
        )
    else:
        yield Finding("samples", "well", says)


def _chunks(facts: Facts) -> Iterator[Finding]:
    yield Finding("damage", *facts.samples.damage())
    yield Finding("search", *told_of(facts.searched, facts.at_us))
    yield Finding("rollups", *facts.samples.rollups())


def _consumers(facts: Facts) -> Iterator[Finding]:
    if facts.records.fault or facts.samples.fault:
        return
    for name, at in sorted(facts.records.positions.items()):
        behind = facts.samples.last - at
        if behind < 0:
            says = f"{name} is {-behind} rows ahead of the samples: these are not two halves of one installation"
            yield Finding("consumers", "ill", says, "administrator", "restore both from one backup")
        elif behind > ROWS_BEHIND:
            says = f"{name} has {behind} rows of samples still to read"
            yield Finding("consumers", "look", says, "time", "it catches up; when it does not, look in the log for it")
        else:
            yield Finding("consumers", "well", f"{name} is {behind} rows behind the samples")


def _ledger(facts: Facts) -> Iterator[Finding]:
    waiting = facts.records.events_waiting
    if waiting > EVENTS_BEHIND:
        says = f"the ledger has {waiting} changes still to settle: figures are old"
        yield Finding("ledger", "look", says, "time", "it catches up; when it does not, look in the log for it")
    elif not facts.records.fault:
        yield Finding("ledger", "well", f"the ledger has {waiting} changes still to settle")


# --- time and surroundings ------------------------------------------------------------------------------------


def _clock(facts: Facts) -> Iterator[Finding]:
    newest = facts.records.newest_us
    if newest is not None and newest - facts.at_us > CLOCK_BEHIND_US:
        says = f"the clock says {to_rfc3339(facts.at_us)}, but a record is of {to_rfc3339(newest)}"
        yield Finding("clock", "ill", says, "administrator", "set the clock; let the system keep it by NTP")
    elif facts.ntp == "no":
        says = "the system does not keep its clock by NTP: shifts and device times drift apart"
        yield Finding(
            "clock", "look", says, "administrator", "timedatectl set-ntp true, with a time server in the plant"
        )
    elif facts.ntp == "unknown":
        yield Finding("clock", "well", "the clock is plausible; whether NTP keeps it cannot be seen here")
    else:
        yield Finding("clock", "well", "the clock is kept by NTP")


def _versions(facts: Facts) -> Iterator[Finding]:
    listed = ", ".join(f"{name} {version}" for name, version in facts.packages.items())
    yield Finding("versions", "well", f"Python {facts.python}; {listed}")


def _door(facts: Facts) -> Iterator[Finding]:
    where = f"{facts.host}:{facts.port}"
    if not facts.tls:
        how = f"behind the proxy {facts.behind_proxy}" if facts.behind_proxy else "for this machine alone"
        yield Finding("door", "well", f"answers on {where}, {how}")
        return
    if facts.tls_until_us is None:
        says = "the certificate cannot be read"
        yield Finding("door", "ill", says, "administrator", "give a PEM file with --tls-cert")
        return
    left_us = facts.tls_until_us - facts.at_us
    says = f"answers on {where} by TLS; the certificate is valid until {to_rfc3339(facts.tls_until_us)}"
    if left_us <= TLS_SOON_US:
        yield Finding("door", "ill" if left_us <= TLS_NOW_US else "look", says, "administrator", "renew it")
    else:
        yield Finding("door", "well", says)


def _running(facts: Facts) -> Iterator[Finding]:
    live = facts.live
    if live is None:
        says = "no server runs on this data folder"
        yield Finding("server", "look", says, "administrator", "start it: dovetail serve")
        return
    for role in live.roles:
        if role.failing:
            says = f"{role.name} fails: {role.failing}"
            yield Finding("server", "ill", says, *(FULL if NO_ROOM.search(role.failing) else OURS))
    if live.blocked or live.suspended:
        says = (
            f"since its start the loop was blocked {live.blocked} times, the process stood still {live.suspended} times"
        )
        yield Finding("server", "look", says, "administrator", "look in the log where; give the machine more room")
    down = [link.name for link in live.links if not link.up]
    if down:
        says = f"no connection to {', '.join(down[:5])}{' and others' if len(down) > 5 else ''}"
        yield Finding("connections", "look", says, "plant engineer", "see Connections: it says why")
    elif live.links:
        yield Finding("connections", "well", f"all {len(live.links)} connections are up")
    if not any(role.failing for role in live.roles):
        says = f"every role works; the loop was late by {live.lag_s * 1000:.0f} ms at its last beat"
        yield Finding("server", "well", says)


def _spool(facts: Facts) -> Iterator[Finding]:
    links = () if facts.live is None else facts.live.links
    for link in links:
        if link.refused:
            says = f"{link.name}: {link.refused} parcels are laid aside, no historian takes them: {link.refused_why}"
            yield Finding("spool", "look", says, "us", "what was in them is missing; the log has the whole of it")
        age_us = facts.at_us - (link.waiting_since_us or facts.at_us)
        if age_us > WAITING_US:
            says = f"{link.name}: {link.waiting} parcels wait on disk, the oldest {age_us // MINUTE_US} min"
            yield Finding("spool", "look", says, "time", "nothing is lost; see what is said of disk and samples here")
    if links and not any(link.refused or link.waiting_since_us for link in links):
        yield Finding("spool", "well", "nothing that was taken from files, tables and posts waits on disk")


def _between(facts: Facts) -> Iterator[Finding]:
    found = None if facts.live is None else facts.live.between
    if found is not None:
        yield from (Finding("transport", verdict, says, who, how) for verdict, says, who, how in judge(found))


def _copies(facts: Facts) -> Iterator[Finding]:
    """What is brought elsewhere; nothing here waits for it, but it must not fall behind unnoticed."""
    for one in () if facts.live is None else facts.live.copies:
        name = f"the copy {one.name}"
        if one.cause is not None:
            yield Finding(
                "forwarding", "look", f"{name} is not reached: {one.cause}", one.who, one.hint or "it is tried"
            )
        elif one.equal_us is None or facts.at_us - one.equal_us > COPY_BEHIND_US:
            says = f"{name} is behind: {one.months} months are yet to compare, {one.samples:,} samples were brought"
            yield Finding("forwarding", "look", says, "time", "it goes on by itself; see dovetail forwarding status")
        else:
            yield Finding("forwarding", "well", f"{name} holds all that is sealed here")


CHECKS: Final[tuple[Check, ...]] = (
    _running, _between, _spool, _copies, _filesystem, _fsync, _space, _ballast, _modes, _sqlite, _records, _samples,
    _chunks, _consumers, _ledger, backups, _clock, _door, _versions,
)  # fmt: skip


# --- hardening (SECURITY F1) ----------------------------------------------------------------------------------


def _nobody_yet(facts: Facts) -> Iterator[Finding]:
    if facts.records.people == 0 and not facts.records.fault:
        says = "nobody exists yet: whoever has the one-time link becomes the administrator"
        yield Finding("hardening.set-up", "look", says, "administrator", "set it up now")
    else:
        yield Finding("hardening.set-up", "well", "it is set up; there is no default account")


def _root(facts: Facts) -> Iterator[Finding]:
    if facts.is_root:
        says = "it runs as root: a fault of ours would own the machine"
        yield Finding("hardening.root", "look", says, "administrator", "run it as a user of its own (deploy/systemd)")
    else:
        yield Finding("hardening.root", "well", "it does not run as root")


def _key(facts: Facts) -> Iterator[Finding]:
    mode = facts.tls_key_mode
    if mode is not None and mode & 0o077:
        says = f"others can read the TLS key (mode {mode:03o})"
        yield Finding("hardening.tls-key", "ill", says, "administrator", "chmod 600 it")
    elif mode is not None:
        yield Finding("hardening.tls-key", "well", "only its owner can read the TLS key")


def _password(facts: Facts) -> Iterator[Finding]:
    if facts.password_shown:
        says = "the database's password stands on the command line, where every user of the machine can read it"
        how = "put the address into DOVETAIL_DATABASE_URL, and change the password"
        yield Finding("hardening.password", "ill", says, "administrator", how)
    else:
        yield Finding("hardening.password", "well", "no password stands on the command line")


def _open_door(facts: Facts) -> Iterator[Finding]:
    if facts.behind_proxy and not facts.tls:
        says = f"what comes from the proxy {facts.behind_proxy} comes in the clear"
        how = "keep it to the machine's own network, or speak TLS to the proxy too"
        yield Finding("hardening.proxy", "look", says, "administrator", how)
    else:
        yield Finding("hardening.proxy", "well", "nothing comes in the clear from other machines")


def _every_file(facts: Facts) -> Iterator[Finding]:
    shown = sorted(name for name, mode in facts.disk.modes.items() if mode & 0o077)
    if shown and FOLDER not in shown:
        says = f"only the folder protects {', '.join(shown)}: the files themselves are open to others"
        yield Finding("hardening.files", "look", says, "administrator", f"chmod -R go= {facts.data}")
    elif not shown:
        yield Finding("hardening.files", "well", "every file is its owner's alone")


HARDENING: Final[tuple[Check, ...]] = (_nobody_yet, _root, _password, _key, _open_door, _every_file)
