"""People from a terminal: what is printed, what is refused, and that no password stands on a command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from dovetail.app.bootstrap import House, open_house
from dovetail.cli.main import app
from dovetail.core.errors import DovetailError, UnauthenticatedError
from dovetail.ownership.control import Control, serving
from dovetail.ownership.settings import Settings

PASSWORD = "quiet bottles on a belt"

type Run = Callable[..., Result]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Control]]:
    """An installation, reached over its control socket; an administrator has been added."""
    data = Path(tmp_path_factory.mktemp("dt"))
    with pytest.MonkeyPatch.context() as patch:
        cheap = partial(PasswordHasher, time_cost=1, memory_cost=64, parallelism=1)
        patch.setattr("dovetail.security.passwords.PasswordHasher", cheap)
        with open_house(Settings(data=data)) as opened, serving(opened.app, data) as control:
            control.call("POST", "/people", {"login": "anna", "name": "Anna", "role": "administrator"})
            yield opened, control


@pytest.fixture
def run(house: tuple[House, Control], monkeypatch: pytest.MonkeyPatch) -> Run:
    @contextmanager
    def installation(_data: Path, *, begins: bool = False) -> Iterator[Control]:
        yield house[1]

    monkeypatch.setattr("dovetail.terminal.installation.installation", installation)
    return lambda *words, typed="": CliRunner().invoke(app, ["user", *words], input=typed)


def test_somebody_is_added_and_enters_by_the_printed_link(run: Run, house: tuple[House, Control]) -> None:
    made = run("add", "Olga", "--name", "Olga Brandt", "--role", "operator", "--locale", "de")
    path, _, token = made.stdout.strip().partition("#once=")
    assert path == "/sign-in"
    entered = house[0].security.sign_in_once(token)
    assert (entered.person.name, entered.person.locale) == ("Olga Brandt", "de")
    assert entered.session.password_due
    again = run("link", "olga", "--keep-password").stdout.strip().partition("#once=")[2]
    assert not house[0].security.sign_in_once(again).session.password_due


def test_a_password_is_read_and_not_given(run: Run, house: tuple[House, Control]) -> None:
    security = house[0].security
    assert run("add", "bob", "--name", "Bob", "--role", "viewer", "--password", typed=PASSWORD + "\n").exit_code == 0
    assert security.sign_in("bob", PASSWORD).person.login == "bob"
    assert run("password", "bob", typed="another line, longer\n").stdout == "bob has a new password.\n"
    with pytest.raises(UnauthenticatedError):
        security.sign_in("bob", PASSWORD)
    assert security.sign_in("bob", "another line, longer").person.login == "bob"


def test_the_list_shows_role_and_sessions(run: Run, house: tuple[House, Control]) -> None:
    run("add", "vic", "--name", "Vic", "--role", "viewer", "--password", typed=PASSWORD + "\n")
    house[0].security.sign_in("vic", PASSWORD)
    run("role", "vic", "operator")
    row = next(line for line in run("list").stdout.splitlines() if line.startswith("vic "))
    assert row.split()[1:4] == ["Vic", "operator", "yes"]
    assert row.endswith(" 1")
    run("sign-out", "vic", "--tokens")
    run("deactivate", "vic")
    listed = {one["login"]: one for one in json.loads(run("list", "--json").stdout)}
    assert (listed["vic"]["sessions"], listed["vic"]["active"]) == (0, False)
    assert run("activate", "VIC").stdout == "VIC may enter again.\n"


@pytest.mark.parametrize(
    "words, code",
    [
        (("role", "anna", "viewer"), "last-administrator"),
        (("deactivate", "anna"), "last-administrator"),
        (("role", "nobody", "viewer"), "not-found"),
        (("add", "anna", "--name", "Another", "--role", "viewer"), "login-taken"),
        (("add", "zed", "--name", "Z", "--role", "emperor"), "role-unknown"),
    ],
)
def test_what_is_refused_says_why(run: Run, words: tuple[str, ...], code: str) -> None:
    done = run(*words)
    assert isinstance(done.exception, DovetailError)
    assert done.exception.code == code
