"""A backup that was restored and compared is known with when and by whom, due again, and what samples may go by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner
from upkeep_world import EVERYTHING, Plant, opened

from dovetail.backups import receipts
from dovetail.backups.proven import RecordProof
from dovetail.cli.main import app
from dovetail.core.clock import DAY_US, MINUTE_US, SystemClock, from_rfc3339
from dovetail.core.errors import DovetailError
from dovetail.core.scope import Scope
from dovetail.operations.operation import execute
from dovetail.ownership.control import AsCli
from dovetail.repository import keys
from dovetail.retention.model import BACKUP, number_of
from dovetail.upkeep import manifest as manifests
from dovetail.upkeep.manifest import Manifest, Progress
from dovetail.upkeep.proofs import PROOF_DUE_US, Proof, keep_proof, last_proof
from dovetail.upkeep.restore import restore

KEY = keys.new_key()


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    keys.write_private(data / "backup.key", keys.server_text(KEY.server()))
    with opened(data) as found:
        found.put(found.frames[:4])
        found.house.rooms.historian.seal_once()
        yield found


def clear_backup(plant: Plant, to: Path) -> Manifest:
    """One in the clear, which tells what is in it without a key."""
    (plant.house.settings.data / "backup.key").unlink()
    return manifests.read(plant.house.backups.now(to))


def told(plant: Plant, receipt: str, *, scope: Scope = EVERYTHING) -> None:
    given = RecordProof(receipt=receipt)
    execute(plant.house.backups.proofs.record, given, database=plant.house.database, scope=scope)


def manifest_of(plant: Plant) -> Manifest:
    return Manifest(
        id="b1", installation=manifests.identity(plant.house.settings.data), made_at="2026-01-05T06:00:00Z",
        version="1", step="", backend="sqlite", known=1, positions={}, head={"last": 10}, parts=(),
    )  # fmt: skip


def test_a_receipt_says_which_backup_came_back_and_is_known_with_who_told(plant: Plant) -> None:
    data, now_us = plant.house.settings.data, plant.house.clock.now_us()
    told(plant, receipts.written(manifest_of(plant), at_us=now_us, key=KEY.server()))
    proof = last_proof(data)
    assert proof == Proof("b1", from_rfc3339("2026-01-05T06:00:00Z"), now_us, 10, 0, EVERYTHING.actor.name)
    status = plant.house.backups.proofs.status()
    assert (status.last_made, status.backup_overdue, status.proof_overdue) == (None, True, False)
    plant.house.clock.tick(PROOF_DUE_US + 1)
    assert plant.house.backups.proofs.status().proof_overdue


def cut(receipt: str) -> str:
    return receipt[:-8]


def changed(receipt: str) -> str:
    form, body, signature = receipt.split(".")
    return ".".join((form, body[:20] + ("A" if body[20] != "A" else "B") + body[21:], signature))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (cut, "proof-key"),
        (changed, "invalid"),
        (lambda _: "dovetail-proof-1..", "invalid"),
        (lambda _: "no", "invalid"),
    ],
)
def test_a_receipt_that_is_none_is_refused(plant: Plant, spoil: Callable[[str], str], code: str) -> None:
    receipt = receipts.written(manifest_of(plant), at_us=plant.house.clock.now_us(), key=KEY.server())
    with pytest.raises(DovetailError) as refused:
        told(plant, spoil(receipt))
    assert refused.value.code in (code, "proof-key", "proof-whose")
    assert last_proof(plant.house.settings.data) is None


def test_a_receipt_of_another_plant_key_or_day_is_refused(plant: Plant) -> None:
    now_us = plant.house.clock.now_us()
    found = manifest_of(plant)
    for receipt, code in (
        (receipts.written(replace(found, installation="0" * 32), at_us=now_us, key=KEY.server()), "proof-whose"),
        (receipts.written(found, at_us=now_us, key=keys.new_key().server()), "proof-key"),
        (receipts.written(found, at_us=now_us + 6 * MINUTE_US, key=KEY.server()), "proof-time"),
    ):
        with pytest.raises(DovetailError) as refused:
            told(plant, receipt)
        assert refused.value.code == code
    of_the_web = replace(EVERYTHING, everything=False, system=frozenset({"system.manage"}))
    with pytest.raises(DovetailError) as refused:
        told(plant, receipts.written(found, at_us=now_us, key=None), scope=of_the_web)
    assert refused.value.code == "proof-unsigned"


def test_an_older_backup_proven_later_does_not_hide_a_newer_one(tmp_path: Path) -> None:
    newer, older = Proof("b2", 20, 30, 9, 1), Proof("b1", 10, 40, 5, 1)
    assert keep_proof(tmp_path, newer) == newer
    assert keep_proof(tmp_path, older) == newer
    assert last_proof(tmp_path) == newer
    (tmp_path / "last-proof.json").write_text("{}")
    assert last_proof(tmp_path) is None


def test_samples_may_go_by_what_the_proven_backup_holds_and_not_by_what_came_since(
    plant: Plant, tmp_path: Path
) -> None:
    historian, lacking = plant.house.rooms.historian, plant.house.rooms.retention.lacking
    month, tag = number_of(plant.house.clock.now_us()), 1
    assert lacking(BACKUP, month, {tag: 0}) == {tag: "unproven"}
    found = clear_backup(plant, tmp_path / "backups")
    told(plant, receipts.written(found, at_us=plant.house.clock.now_us(), key=None))
    assert lacking(BACKUP, month, {tag: 0}) == {}
    plant.put(plant.frames[4:6])
    historian.seal_once()
    assert lacking(BACKUP, month, {tag: 0}) == {tag: "older-proof"}
    assert lacking("hq", month, {tag: 0}) == {tag: "no-copy"}


def test_a_restore_proves_nothing_of_what_comes_after_it(plant: Plant, tmp_path: Path) -> None:
    found = clear_backup(plant, tmp_path / "backups")
    told(plant, receipts.written(found, at_us=plant.house.clock.now_us(), key=None))
    data = plant.house.settings.data
    plant.house.close()
    place = manifests.the_one(tmp_path / "backups")
    url = plant.house.settings.records_url
    restore(place, data, url, clock=SystemClock(), actor=EVERYTHING.actor, force=True, progress=Progress())
    assert last_proof(data) is None


def test_a_backup_in_the_clear_that_is_proven_on_the_server_itself_is_known_at_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with opened(data) as plant:
        plant.house.clock.tick(SystemClock().now_us() - plant.house.clock.now_us())
        plant.house.backups.now(tmp_path / "backups")
    done = CliRunner().invoke(app, ["backup", "verify", str(tmp_path / "backups"), "--data", str(data)])
    assert done.exit_code == 0, done.output
    assert "The installation knows of it." in done.stdout.splitlines()[-1]
    proof = last_proof(data)
    assert proof is not None
    assert proof.backup == manifests.read(manifests.the_one(tmp_path / "backups")).id


def test_from_a_terminal_and_over_the_api(tmp_path: Path) -> None:
    """An encrypted backup is proven where the recovery key is, and the receipt handed in where the plant is."""
    data, recovery, runner = tmp_path / "data", tmp_path / "recovery.key", CliRunner()
    data.mkdir(mode=0o700)
    keys.write_private(data / "backup.key", keys.server_text(KEY.server()))
    keys.write_private(recovery, keys.recovery_text(KEY))
    with opened(data) as plant:
        plant.house.clock.tick(SystemClock().now_us() - plant.house.clock.now_us())
        plant.house.backups.now(tmp_path / "backups")
    before = runner.invoke(app, ["backup", "status", "--data", str(data)])
    assert before.exit_code == 1
    assert "proof   none was ever restored; due now" in before.stdout
    done = runner.invoke(app, ["backup", "verify", str(tmp_path / "backups"), "--key", str(recovery)])
    assert done.exit_code == 0, done.output
    verb, receipt = done.stdout.splitlines()[-1].rsplit(" ", 1)
    assert verb.endswith("dovetail backup proven")
    handed_in = runner.invoke(app, ["backup", "proven", receipt, "--data", str(data)])
    assert "The next proof is due by" in handed_in.stdout, handed_in.output
    after = runner.invoke(app, ["backup", "status", "--json", "--data", str(data)])
    assert after.exit_code == 0
    found = orjson.loads(after.stdout)
    assert (found["backup_overdue"], found["proof_overdue"]) == (False, False)
    assert from_rfc3339(found["next_proof"]) == from_rfc3339(found["proof"]["at"]) + 92 * DAY_US
    listing = runner.invoke(app, ["backup", "list", str(tmp_path / "backups"), "--data", str(data)])
    assert listing.stdout.rstrip().endswith(f"encrypted  proven {found['proof']['at'][:19]}")
    with opened(data, backups=tmp_path / "backups") as again:
        client = TestClient(AsCli(again.house.app), base_url="http://localhost")
        (listed,) = client.get("/api/v1/backups").json()["items"]
    assert listed["proven"] == found["proof"]["at"]
