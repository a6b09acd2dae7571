"""A repository of backups: nothing in it can be read, changed, swapped, cut or rolled back without being found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core import faults
from dovetail.core.errors import ConfigError
from dovetail.repository import chain, keys
from dovetail.repository.place import Block, Repository, Snapshot, make, within

KEY = keys.new_key()
SERVER = KEY.server()
PLANT = "0123456789abcdef"
PIECES = [b"filler, 120 bottles a minute" * 40, b"capper, held" * 90, b"labeller" * 200]


def snapshot(name: str, blocks: list[Block]) -> Snapshot:
    sealed = SERVER.seal(f"what is in {name}".encode(), place=name)
    return Snapshot(name, PLANT, f"2026-01-0{name[-1]}T00:00:00Z", "0.1.0", {b.id: b.bytes for b in blocks}, sealed)


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Repository, list[list[Block]]]:
    """Three backups; each has a piece of its own and shares the others."""
    repository = make(tmp_path / "backups", PLANT, SERVER)
    held = []
    for n in range(1, 4):
        blocks = [repository.put(SERVER, piece) for piece in (*PIECES, b"only in %d" % n)]
        repository.commit(SERVER, snapshot(f"backup{n}", blocks))
        held.append(blocks)
    return repository, held


def test_what_was_put_comes_back_and_what_is_alike_is_kept_once(
    filled: tuple[Repository, list[list[Block]]],
) -> None:
    repository, held = filled
    assert [repository.get(block) for block in held[2]] == [*PIECES, b"only in 3"]
    assert len(list((repository.place / "blocks").rglob("?" * 64))) == len(PIECES) + 3
    assert repository.found == 2 * sum(block.bytes for block in held[0][:3])
    links = repository.links(SERVER.signer)
    assert [link.id for link in chain.standing(links)] == ["backup1", "backup2", "backup3"]
    found = repository.snapshot(links[1])
    assert KEY.unseal(found.sealed, place="backup2") == b"what is in backup2"
    assert [one.place for one in within(repository.place.parent)] == [repository.place]


def test_nothing_in_it_can_be_read_by_who_has_the_servers_half(
    filled: tuple[Repository, list[list[Block]]],
) -> None:
    repository, _ = filled
    content = b"".join(file.read_bytes() for file in repository.place.rglob("*") if file.is_file())
    for word in (b"filler", b"capper", b"labeller", b"only in", b"what is in", KEY.private, SERVER.mixing):
        assert word not in content
    assert not hasattr(SERVER, "private")
    assert repr(KEY) + repr(SERVER) == f"RecoveryKey()ServerKey(recipient={KEY.recipient!r}, locked='')"


def test_of_those_taken_out_only_what_no_other_needs_goes(filled: tuple[Repository, list[list[Block]]]) -> None:
    repository, held = filled
    (repository.place / "blocks" / "00").mkdir(exist_ok=True)
    (repository.place / "blocks" / "00" / ("0" * 64 + ".new")).write_bytes(b"of a kill")
    freed = repository.prune(SERVER, ["backup1", "backup2"], at="2026-01-04T00:00:00Z")
    assert freed == held[0][3].bytes + held[1][3].bytes + len(b"of a kill")
    assert [link.id for link in chain.standing(repository.links())] == ["backup3"]
    assert [repository.get(block) for block in held[2]] == [*PIECES, b"only in 3"]
    assert len(list((repository.place / "snapshots").iterdir())) == 1
    assert len(repository.links()) == 4, "the chain remembers what was there"


def flip(file: Path, at: int = -1) -> None:
    content = bytearray(file.read_bytes())
    content[at if at >= 0 else len(content) // 2] ^= 1
    file.write_bytes(content)


def lines(repository: Repository, change: Callable[[list[bytes]], list[bytes]]) -> None:
    (repository.place / "chain.jsonl").write_bytes(b"".join(one + b"\n" for one in change(repository.lines())))


def swap_snapshots(repository: Repository) -> None:
    one, other = (repository.place / "snapshots" / f"backup{n}.snapshot" for n in (2, 3))
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def forge(repository: Repository) -> None:
    """By somebody who writes there but has no key of this plant: a chain of their own."""
    other = keys.new_key().server()
    said = chain.read(repository.lines(), SERVER.signer, named="")
    kept: list[bytes] = []
    for link in said:
        kept.append(chain.line(replace(link, previous=chain.digest(kept[-1]) if kept else chain.FIRST), other))
    lines(repository, lambda _old: kept)


DAMAGES: dict[str, Callable[[Repository], object]] = {
    "a bit of a block": lambda r: flip(sorted((r.place / "blocks").rglob("?" * 64))[0]),
    "a cut block": lambda r: sorted((r.place / "blocks").rglob("?" * 64))[1].write_bytes(b""),
    "a missing block": lambda r: sorted((r.place / "blocks").rglob("?" * 64))[2].unlink(),
    "a bit of a snapshot": lambda r: flip(r.place / "snapshots" / "backup3.snapshot"),
    "a cut snapshot": lambda r: (r.place / "snapshots" / "backup2.snapshot").write_bytes(b"{}"),
    "a missing snapshot": lambda r: (r.place / "snapshots" / "backup1.snapshot").unlink(),
    "swapped snapshots": swap_snapshots,
    "a bit of the chain": lambda r: flip(r.place / "chain.jsonl", 40),
    "a line out of its middle": lambda r: lines(r, lambda old: [old[0], old[2]]),
    "its first line gone": lambda r: lines(r, lambda old: old[1:]),
    "lines in another order": lambda r: lines(r, lambda old: [old[1], old[0], old[2]]),
    "a line that is none": lambda r: lines(r, lambda old: [*old, b"{}"]),
    "a chain by another": forge,
}


def look(repository: Repository) -> None:
    for link in chain.standing(repository.links(SERVER.signer)):
        for block_id, size in repository.snapshot(link).blocks.items():
            repository.check(block_id, size)


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_not_as_it_was_written_is_found_without_the_recovery_key(
    filled: tuple[Repository, list[list[Block]]], damage: str
) -> None:
    repository, _ = filled
    look(repository)
    DAMAGES[damage](repository)
    with pytest.raises(ConfigError):
        look(repository)


def test_a_repository_that_is_older_than_it_was_is_known_to_who_remembers(
    filled: tuple[Repository, list[list[Block]]],
) -> None:
    repository, _ = filled
    newest = {"n": 2, "sha256": chain.digest(repository.lines()[2]), "named": "it"}
    chain.remembers(repository.lines(), **newest)
    lines(repository, lambda old: old[:2])
    assert len(chain.standing(repository.links(SERVER.signer))) == 2, "by itself it looks whole"
    with pytest.raises(ConfigError, match="older than it was: line 3 of its chain is gone"):
        chain.remembers(repository.lines(), **newest)


def test_a_last_line_that_a_kill_has_cut_is_not_there(filled: tuple[Repository, list[list[Block]]]) -> None:
    repository, _ = filled
    file = repository.place / "chain.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    assert [link.id for link in chain.standing(repository.links())] == ["backup1", "backup2"]


def test_a_snapshot_counts_from_when_the_chain_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = make(tmp_path, PLANT, SERVER)
    block = repository.put(SERVER, PIECES[0])

    def dies(name: str) -> None:
        assert name != "repository.snapshot"

    monkeypatch.setattr(faults, "on_point", dies)
    with pytest.raises(AssertionError):
        repository.commit(SERVER, snapshot("backup1", [block]))
    assert repository.links() == []
    monkeypatch.undo()
    again = Repository(repository.place)
    assert again.put(SERVER, PIECES[0]) == block
    assert (again.written, again.found) == (0, block.bytes), "what was there is not written again"
    again.commit(SERVER, snapshot("backup1", [block]))
    assert len(again.links()) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 2}, "newer Dovetail"),
        ({"signer": "!"}, "holds no repository"),
        ({"installation": "another"}, "another installation"),
    ],
)
def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path, change: dict[str, object], says: str) -> None:
    repository = make(tmp_path, PLANT, SERVER)
    info = repository.place / "repository.json"
    info.write_bytes(orjson.dumps({**orjson.loads(info.read_bytes()), **change}))
    with pytest.raises(ConfigError, match=says):
        make(tmp_path, PLANT, SERVER)


def test_another_key_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    repository = make(tmp_path, PLANT, SERVER)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConfigError, match="was made with another key"):
        make(tmp_path, PLANT, keys.new_key().server())
    with pytest.raises(ConfigError, match="was made with another key"):
        repository.check_key(keys.new_key())
    assert sorted(tmp_path.rglob("*")) == before


# --- keys -----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guess at a passphrase need not cost half a second here; the file says what it costs."""
    monkeypatch.setattr(keys, "SCRYPT_LOG_N", 4)


def test_keys_come_back_from_their_files(tmp_path: Path) -> None:
    locked = keys.locked_text(KEY, "seven blue bottles")
    assert keys.read_recovery(locked, "seven blue bottles", named="x") == KEY
    assert keys.read_recovery(keys.recovery_text(KEY), None, named="x") == KEY
    half = KEY.server(locked=locked)
    assert keys.read_server(keys.server_text(half), named="x") == half
    file = tmp_path / "key"
    keys.write_private(file, keys.server_text(half))
    assert file.stat().st_mode & 0o777 == 0o600
    assert keys.read_server(keys.read_private(file), named="x") == half
    with pytest.raises(ConfigError, match="cannot be made: File exists"):
        keys.write_private(file, "another")
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="others may read"):
        keys.read_private(file)


@pytest.mark.parametrize(
    ("text", "passphrase", "says"),
    [
        (keys.recovery_text(KEY)[:-9], None, "holds no recovery key"),
        (keys.server_text(SERVER), None, "holds no recovery key"),
        ("", None, "holds no recovery key"),
        ("dovetail-recovery-locked-1 4 AAAA", "x", "does not open|is damaged"),
        ("dovetail-recovery-locked-1 40 AAAA", "x", "is damaged"),
        ("dovetail-recovery-locked-1", "x", "is damaged"),
    ],
)
def test_what_is_no_key_is_said_to_be_none(text: str, passphrase: str | None, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        keys.read_recovery(text, passphrase, named="it")


def test_a_wrong_passphrase_and_none_are_told_apart() -> None:
    locked = keys.locked_text(KEY, "seven blue bottles")
    with pytest.raises(ConfigError, match="the passphrase does not open it"):
        keys.read_recovery(locked, "seven blue bottle", named="it")
    with pytest.raises(ConfigError, match="it is opened by a passphrase"):
        keys.read_recovery(locked, None, named="it")


def test_a_sealed_thing_opens_in_its_place_with_its_key() -> None:
    sealed = SERVER.seal(b"records", place="backup 1")
    with pytest.raises(ConfigError, match="does not open with this recovery key"):
        KEY.unseal(sealed, place="backup 2")
    with pytest.raises(ConfigError, match="does not open with this recovery key"):
        keys.new_key().unseal(sealed, place="backup 1")
    assert KEY.unseal(sealed, place="backup 1") == b"records"


@given(st.binary(max_size=200), st.integers(0, 10**6))
def test_of_a_block_no_bit_can_change_unseen(plain: bytes, at: int) -> None:
    own, locked = SERVER.lock_block(plain)
    assert keys.unlock_block(own, locked) == plain
    assert SERVER.lock_block(plain) == (own, locked)
    assert keys.new_key().server().lock_block(plain)[1] != locked, "another plant's blocks cannot be told alike"
    spoiled = bytearray(locked)
    spoiled[at % len(spoiled)] ^= 1 << at % 8
    with pytest.raises(ValueError, match="not what was locked"):
        keys.unlock_block(own, bytes(spoiled))


def test_a_repository_may_be_moved(filled: tuple[Repository, list[list[Block]]], tmp_path: Path) -> None:
    repository, held = filled
    moved = Repository(Path(shutil.move(repository.place, tmp_path / "elsewhere")))
    assert moved.get(held[0][0]) == PIECES[0]
