"""The doctor: each ailment is found, with who can mend it; and what is looked at is really there."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from dovetail.app.bootstrap import House, open_house
from dovetail.cli.main import app
from dovetail.core.clock import DAY_US, HOUR_US, SystemClock
from dovetail.edge.model import LinkStatus
from dovetail.forwarding.model import Forwarded
from dovetail.ownership.settings import Settings
from dovetail.upkeep import samplesfacts
from dovetail.upkeep.proofs import Proof
from dovetail.vitals import facts as look
from dovetail.vitals.doctor import HARDENING, examine, worst
from dovetail.vitals.facts import Facts, Live, Role, gather

NOW_US = 1_767_600_000_000_000
LINK = LinkStatus("plc", "opcua", "", state="up", since_us=0, cause="", good_through_us=None, clock_offset_us=None,
                  samples_per_s=0.0)  # fmt: skip
WAITING = dataclasses.replace(LINK, waiting=3, waiting_since_us=NOW_US - 120_000_000)
LAID_ASIDE = dataclasses.replace(LINK, refused=1, refused_why="cannot be read")
WELL = Facts(
    at_us=NOW_US,
    data=Path("/srv/dovetail"),
    disk=look.Disk("ext4", free=10**12, total=2 * 10**12, fsync_ms=1.5, ballast=64 << 20, modes={look.FOLDER: 0o700}),
    records=look.Records("sqlite", step="0007", newest_step="0007", positions={"states": 100}, people=3),
    samples=samplesfacts.Samples(last=120, sealed=100, released=90),
    sqlite="3.53.4",
    sqlite_is_own=True,
    python="3.12.1",
    packages={"numpy": "2.2"},
    ntp="yes",
    host="127.0.0.1",
    port=8700,
    tls=False,
    tls_until_us=None,
    tls_key_mode=None,
    behind_proxy=None,
    password_shown=False,
    is_root=False,
    backup_us=NOW_US - HOUR_US,
    backup_folder="/var/backups/dovetail",
    backup_encrypted=True,
    proof=Proof("b1", made_us=NOW_US - 3 * DAY_US, at_us=NOW_US - 2 * DAY_US, head=7, rows=1_000),
    aside=(),
    upgraded=(),
    restoring=False,
    live=Live(links=(LINK,), roles=(Role("states", None, 5, 0.1),)),
)


def but(**changes: Any) -> Facts:
    """The healthy installation, except for this; `disk__free=0` reaches into a part."""
    found: Facts = WELL
    for name, value in changes.items():
        part, _, field = name.partition("__")
        new = dataclasses.replace(getattr(found, part), **{field: value}) if field else value
        found = dataclasses.replace(found, **{part: new})
    return found


COPY = Forwarded("hq", "clickhouse", "brno", "dwh", 9, NOW_US, 0, 5, None, None, None, "time", 30.0)


@pytest.mark.parametrize(
    ("copy", "verdict", "who", "says"),
    [
        (COPY, "well", "nobody", "the copy hq holds all that is sealed here"),
        (dataclasses.replace(COPY, equal_us=None, months=3), "look", "time", "3 months are yet to compare"),
        (dataclasses.replace(COPY, equal_us=NOW_US - 2 * HOUR_US), "look", "time", "the copy hq is behind"),
        (dataclasses.replace(COPY, cause="no route"), "look", "time", "the copy hq is not reached: no route"),
        (dataclasses.replace(COPY, cause="wrong password", who="administrator"), "look", "administrator", "wrong"),
    ],
)
def test_a_copy_elsewhere_does_not_fall_behind_unnoticed(copy: Forwarded, verdict: str, who: str, says: str) -> None:
    (found,) = [one for one in examine(but(live__copies=(copy,))) if one.id == "forwarding"]
    assert (found.verdict, found.who) == (verdict, who)
    assert says in found.says


def test_a_healthy_installation_is_well_all_through() -> None:
    found = examine(WELL, hardening=True)
    assert [one for one in found if one.verdict != "well"] == []
    assert worst(found) == 0
    assert len(found) >= 14 + len(HARDENING) - 1


@pytest.mark.parametrize(
    ("ailing", "finding", "verdict", "who"),
    [
        (but(disk__filesystem="nfs4"), "filesystem", "ill", "administrator"),
        (but(disk__filesystem="tmpfs"), "filesystem", "ill", "administrator"),
        (but(disk__filesystem="overlay"), "filesystem", "look", "administrator"),
        (but(disk__fsync_ms=-1.0), "fsync", "ill", "administrator"),
        (but(disk__fsync_ms=180.0), "fsync", "look", "administrator"),
        (but(disk__free=10**6), "space", "ill", "administrator"),
        (but(disk__free=5 * 10**8), "space", "look", "administrator"),
        (but(disk__ballast=0), "ballast", "look", "administrator"),
        (but(samples__bytes_a_day=10**12 / 29), "space", "look", "administrator"),
        (but(samples__vouched=False), "damage", "look", "administrator"),
        (but(disk__modes={look.FOLDER: 0o755, "records.db": 0o644}), "permissions", "ill", "administrator"),
        (but(disk__owner_is_us=False), "permissions", "look", "administrator"),
        (but(sqlite="3.40.1"), "sqlite", "ill", "administrator"),
        (but(sqlite="3.51.2"), "sqlite", "ill", "administrator"),
        (but(records__fault="connection refused"), "records", "ill", "administrator"),
        (but(records__step="0001"), "records", "look", "administrator"),
        (but(samples__fault="it is not there"), "samples", "ill", "administrator"),
        (but(samples__last=90_000, records__positions={}), "samples", "look", "us"),
        (but(samples__dirty=20_000), "rollups", "look", "time"),
        (but(samples__last=90_000, samples__sealed=90_000), "consumers", "look", "time"),
        (but(records__positions={"states": 121}), "consumers", "ill", "administrator"),
        (but(records__events_waiting=5_000), "ledger", "look", "time"),
        (but(backup_us=None), "backups", "look", "administrator"),
        (but(backup_us=NOW_US - 2 * DAY_US), "backups", "look", "administrator"),
        (but(proof=None), "proof", "look", "administrator"),
        (
            but(proof=Proof("b1", NOW_US - 101 * DAY_US, NOW_US - 100 * DAY_US, 7, 1_000)),
            "proof",
            "look",
            "administrator",
        ),
        (but(restoring=True), "restore", "look", "administrator"),
        (but(live__links=(LAID_ASIDE,)), "spool", "look", "us"),
        (but(live__links=(WAITING,)), "spool", "look", "time"),
        (but(aside=("before-restore-2026",)), "restore", "look", "administrator"),
        (but(upgraded=("before-upgrade-0009-71",)), "upgrade", "look", "administrator"),
        (but(records__newest_us=NOW_US + HOUR_US), "clock", "ill", "administrator"),
        (but(ntp="no"), "clock", "look", "administrator"),
        (but(tls=True), "door", "ill", "administrator"),
        (but(tls=True, tls_until_us=NOW_US + 3 * DAY_US), "door", "ill", "administrator"),
        (but(tls=True, tls_until_us=NOW_US + 20 * DAY_US), "door", "look", "administrator"),
        (but(live=None), "server", "look", "administrator"),
        (but(live__roles=(Role("ledger", "OSError: away", 5, 0.1),)), "server", "ill", "us"),
        *[
            (but(live__roles=(Role("sealer", f"LinkError: {words}", 5, 0.1),)), "server", "ill", "administrator")
            for words in (
                "the disk of /srv/dovetail is full",
                "the historian cannot write: database or disk is full",
                'the historian cannot write: could not extend file "base/1/2": No space left on device',
            )
        ],
        (but(live__blocked=1), "server", "look", "administrator"),
        (but(live__links=(dataclasses.replace(LINK, state="down"),)), "connections", "look", "plant engineer"),
        (but(records__people=0), "hardening.set-up", "look", "administrator"),
        (but(is_root=True), "hardening.root", "look", "administrator"),
        (but(password_shown=True), "hardening.password", "ill", "administrator"),
        (but(tls_key_mode=0o644), "hardening.tls-key", "ill", "administrator"),
        (but(behind_proxy="10.0.0.4"), "hardening.proxy", "look", "administrator"),
        (but(disk__modes={look.FOLDER: 0o700, "records.db": 0o644}), "hardening.files", "look", "administrator"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_ails_it_is_said_with_who_can_mend_it(ailing: Facts, finding: str, verdict: str, who: str) -> None:
    bad = [one for one in examine(ailing, hardening=True) if one.verdict != "well"]
    assert [(one.id, one.verdict, one.who) for one in bad] == [(finding, verdict, who)]
    assert bad[0].how
    assert worst(bad) == {"look": 1, "ill": 2}[verdict]


# --- looking --------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(Settings(data=tmp_path / "data", database_url=database_url)) as opened:
        yield opened


def test_what_is_seen_of_a_real_installation(house: House) -> None:
    found = gather(house.settings, clock=SystemClock())
    assert found.records.fault is None
    assert found.records.step == found.records.newest_step != ""
    assert found.records.bytes > 0
    assert found.samples.fault is None
    assert found.disk.free > 0
    assert found.disk.fsync_ms >= 0
    assert found.disk.modes[look.FOLDER] == 0o700
    assert found.packages["numpy"]
    assert not found.password_shown
    assert {one.id for one in examine(found) if one.verdict == "ill"} <= {"filesystem"}


def test_a_database_that_is_away_is_a_finding_and_not_a_crash(tmp_path: Path) -> None:
    away = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    found = look.look_at_records(away)
    assert found.fault is not None
    assert "refused" in found.fault
    with open_house(Settings(data=tmp_path / "data")):
        pass
    (tmp_path / "data" / "records.db").write_bytes(b"no database at all" * 100)
    spoilt = look.look_at_records(f"sqlite:///{tmp_path / 'data' / 'records.db'}")
    assert (spoilt.fault, "dovetail restore" in str(spoilt.mend)) == ("file is not a database", True)
    assert look.look_at_records(f"sqlite:///{tmp_path / 'none.db'}").fault == f"{tmp_path / 'none.db'} does not exist"
    assert not (tmp_path / "none.db").exists()


def test_what_sqlite_has_not_moved_into_its_file_yet_counts_as_size(tmp_path: Path) -> None:
    with open_house(Settings(data=tmp_path / "data")):
        log = tmp_path / "data" / "records.db-wal"
        found = look.look_at_records(f"sqlite:///{tmp_path / 'data' / 'records.db'}")
        assert found.bytes > log.stat().st_size > 100_000


MOUNTS = """\
22 1 254:1 / / rw - ext4 /dev/vda1 rw
40 22 0:35 / /srv rw - nfs4 server:/srv rw
41 22 0:36 / /srv/fast rw - xfs /dev/vdb rw
42 22 0:37 / /with\\040space rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/etc", "ext4"),
        ("/srv/data", "nfs4"),
        ("/srv/fast/data", "xfs"),
        ("/srv/faster", "nfs4"),
        ("/with space", "tmpfs"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(path: str, kind: str) -> None:
    assert look.filesystem(Path(path), MOUNTS) == kind


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="this system has no /dev/shm")
def test_a_folder_in_memory_is_really_recognised() -> None:
    assert look.disk(Path("/dev/shm")).filesystem == "tmpfs"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_folder_that_was_made_open_is_closed_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    with open_house(Settings(data=tmp_path / "data")):
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_certificate_says_until_when_it_is_valid(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mes.plant.example")])
    until = datetime(2026, 3, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    cert = tmp_path / "chain.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    assert look._valid_until_us(cert) == round(until.timestamp() * 1_000_000)
    cert.write_bytes(b"no certificate")
    assert look._valid_until_us(cert) is None


# --- the command line -----------------------------------------------------------------------------------------


def test_the_doctor_of_an_installation_that_stands(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with open_house(Settings(data=data)):
        pass
    done = CliRunner().invoke(app, ["doctor", "--data", str(data), "--json"])
    found = json.loads(done.output)
    assert done.exit_code == found["worst"] >= 1  # no server, no backup
    said = {one["id"]: one["verdict"] for one in found["findings"]}
    assert said["server"] == "look"
    assert said["backups"] == "look"
    assert said["records"] == "well"
    assert 0 < found["disk"]["free"] <= found["disk"]["total"]
    assert found["disk"]["days"] is None  # no samples, so no rate
    text = CliRunner().invoke(app, ["doctor", "--data", str(data), "--hardening"]).output
    assert "hardening.set-up" in text
    assert "→ administrator: set it up now" in text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (but(samples__where="files"), "in files: "),
        (but(samples__where="postgresql", records__backend="postgresql"), "in PostgreSQL: "),
        (but(samples__where="files", records__backend="postgresql"), "in files, beside records in PostgreSQL"),
    ],
)
def test_where_samples_lie_is_said(facts: Facts, said: str) -> None:
    (found,) = [one for one in examine(facts, hardening=False) if one.id == "samples"]
    assert found.says.startswith(said)


@pytest.mark.parametrize(
    ("facts", "finding", "said"),
    [
        (WELL, "backups", ", encrypted"),
        (but(backup_encrypted=False), "backups", ", not encrypted (dovetail backup key)"),
        (but(samples__form="1/2"), "samples", "; form 1/2"),
    ],
)
def test_what_form_things_have_is_said(facts: Facts, finding: str, said: str) -> None:
    (found,) = [one for one in examine(facts, hardening=False) if one.id == finding]
    assert (found.verdict, found.says.endswith(said)) == ("well", True)
