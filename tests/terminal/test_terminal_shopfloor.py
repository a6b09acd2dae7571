"""Jobs and pieces from a terminal: a shift's work without a screen, every step with its way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from dovetail.cli.main import app
from dovetail.core.errors import DovetailError, InvalidError, NotFoundError

MACHINE = "acme/site/hall/line1/machine1"

type Run = Callable[..., Result]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`dovetail …` on an installation with the plant that `dovetail init` writes, of which nothing was heard."""
    folder = tmp_path_factory.mktemp("cli")

    def dovetail(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--data", str(folder / "data")])

    assert CliRunner().invoke(app, ["init", str(folder / "plant")]).exit_code == 0
    equipment = folder / "plant" / "equipment.yaml"
    equipment.write_text(equipment.read_text() + "    job: {at_once: 2}\n")
    assert dovetail("apply", str(folder / "plant"), "--yes").exit_code == 0
    return dovetail


def lines(run: Run, *words: str) -> list[str]:
    found = run(*words)
    assert found.exit_code == 0, (found.output, found.exception)
    return found.output.splitlines()


def test_pieces_are_entered_listed_and_taken_back(run: Run) -> None:
    entered = lines(run, "count", "enter", MACHINE, "--good", "40", "--comment", "last pallet")
    assert entered[0].split()[:2] == ["+40", "good"]
    assert entered[-1].startswith("Taken back by: dovetail undo ")
    (listed,) = lines(run, "count", "list", MACHINE)
    assert "last pallet" in listed
    assert lines(run, "count", "withdraw", listed.split()[0], "--reason", "slip") == ["Taken back."]
    assert "taken back by cli:" in lines(run, "count", "list", "acme/site/hall/line1")[0]


def test_jobs_run_beside_each_other_and_are_handed_over(run: Run) -> None:
    first = lines(run, "job", "start", MACHINE, "example", "--order", "PO-1", "--crew", "A")[0]
    second = lines(run, "job", "start", MACHINE, "example", "--order", "PO-2", "--share", "25")[0]
    (after, _undo) = lines(run, "job", "hand-over", first, "--crew", "B", "--note", "valve 3 sticks")
    lines(run, "job", "end", after)
    lines(run, "job", "end", second)
    listed = {line.split()[0]: line for line in lines(run, "job", "list", MACHINE)}
    assert set(listed) == {first, second, after}
    assert listed[second].endswith("PO-2  example  25 %")
    assert listed[after].endswith("PO-1  example  B  valve 3 sticks")


@pytest.mark.parametrize("words, kind, says", [
    (["count", "enter", MACHINE, "--scrap", "3"],           InvalidError,   "made 0 good"),
    (["count", "enter", "acme/nowhere", "--good", "3"],     NotFoundError,  "no equipment 'acme/nowhere'"),
    (["job", "start", MACHINE, "exmaple"],                  InvalidError,   "no product 'exmaple'"),
    (["job", "end", "nothing"],                             NotFoundError,  "no such job response"),
    (["jumps", "accept", "9-good-1"],                       NotFoundError,  "no such held jump"),
    (["jumps", "dismiss", "9-good-1", "--reason", "set"],   NotFoundError,  "no such held jump"),
])  # fmt: skip
def test_what_cannot_be_is_said(run: Run, words: list[str], kind: type[DovetailError], says: str) -> None:
    found = run(*words)
    assert isinstance(found.exception, kind)
    assert says in found.exception.message


def test_no_held_jump_is_an_empty_list(run: Run) -> None:
    assert lines(run, "jumps", "list", "acme/site/hall/line1", "--undecided") == []
