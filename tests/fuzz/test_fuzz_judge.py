"""The judge itself: a parser that crashes, never ends, takes or keeps too much is found, and its input kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz_judge import EndlessError, Target, Trial, cases, replay
from fuzz_soak import soak

from dovetail.testing.mangling import SIZE_MAX, mangled

SEEDS = (b"length 12 name", b"\x00\x05hello")
HOARD: list[bytes] = []


def crashes(data: bytes) -> None:
    """Only in one place, behind three conditions: what reaches new lines is spoiled further."""
    if data[:1] != b"l":
        return
    rest = data[1:]
    if b"9" not in rest:
        return
    if b"name" not in rest:
        raise KeyError("a length without a name")


def never_ends(data: bytes) -> None:
    while b"\xff" in data:
        pass


def takes_too_much(data: bytes) -> None:
    assert len(bytes(1 << 30 if data[:1] == b"\xff" else 1))


def keeps_too_much(data: bytes) -> None:
    HOARD.append(b"x" * (100_000 + len(data)))


def trial(call: object, tmp_path: Path, *, times: int, runs: int = 1, **more: object) -> list[str]:
    """What is found, by the kind of error."""
    made = Trial(Target("made", "a parser of the tests", SEEDS, call, **more), found=tmp_path)  # type: ignore[arg-type]
    for number in range(runs):
        made.run(times, seed=number)
    made.close()
    assert [file.exists() for file in made.outcome.findings.values()] == [True] * len(made.outcome.findings)
    return [place.split()[0] for place in made.outcome.findings]


@pytest.mark.parametrize("call, times, runs, found", [
    (crashes,         5_000, 1, ["KeyError"]),
    (takes_too_much,    500, 1, ["MemoryError"]),
    (keeps_too_much,    400, 3, ["GreedyError"]),
    (len,               500, 2, []),
])  # fmt: skip
def test_what_does_harm_is_found(call: object, times: int, runs: int, found: list[str], tmp_path: Path) -> None:
    assert trial(call, tmp_path, times=times, runs=runs) == found
    HOARD.clear()


def test_a_call_without_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz_judge.CALL_S", 0.1)
    monkeypatch.setattr("fuzz_judge._TICK_S", 0.05)
    with pytest.raises(EndlessError):
        replay(Target("made", "never ends", SEEDS, never_ends), b"\xff")


def test_what_a_parser_refuses_in_its_own_words_is_no_finding(tmp_path: Path) -> None:
    assert trial(crashes, tmp_path, times=5_000, refuses=(KeyError,)) == []


def test_what_was_found_stays_a_case(tmp_path: Path) -> None:
    trial(crashes, tmp_path, times=5_000)
    target = Target("made", "a parser of the tests", SEEDS, crashes)
    ((_, file),) = cases([target], tmp_path)
    with pytest.raises(KeyError):
        replay(target, file.read_bytes())


def test_one_seed_spoils_in_one_way() -> None:
    first, again, other = (mangled(seed, SEEDS, (b"word",)) for seed in (1, 1, 2))
    spoiled = [next(first) for _ in range(200)]
    assert spoiled == [next(again) for _ in range(200)]
    assert spoiled != [next(other) for _ in range(200)]
    assert len(set(spoiled)) > 150 and max(map(len, spoiled)) <= SIZE_MAX


def test_an_interrupted_million_goes_on_where_it_was(tmp_path: Path) -> None:
    target = Target("made", "a parser of the tests", SEEDS, len)
    assert soak(target, notes=tmp_path, executions=300, piece=100).executions == 300
    assert soak(target, notes=tmp_path, executions=500, piece=100).executions == 500
    (note,) = tmp_path.iterdir()  # no input of a call that took the process with it
    assert note.name == "made.json" and '"executions": 500' in note.read_text()
