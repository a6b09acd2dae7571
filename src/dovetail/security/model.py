"""People, grants, sessions and tokens, and which passwords are accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from dovetail.core import limits
from dovetail.core.errors import InvalidError

PASSWORD_MIN: Final = 12  # SECURITY §5.5
PASSWORD_MAX: Final = 256  # bounds the work of hashing

# The most common passwords of twelve characters and more; shorter ones are refused by length already.
COMMON_PASSWORDS: Final = frozenset(
    {
        "123456789012", "1234567890123", "administrator", "administrador", "changemeplease", "iloveyouforever",
        "letmein123456", "manufacturing", "password1234", "password12345", "password123456", "passwordpassword",
        "qwertyuiop12", "qwertyuiop123", "qwerty123456", "qwertyuiopas", "qwertyuiopasdf", "superpassword",
        "welcome123456", "welcomewelcome", "abcdefghijkl", "abcdef123456", "aaaaaaaaaaaa", "111111111111",
        "000000000000", "123123123123", "1q2w3e4r5t6y", "zaq12wsxcde3", "trustno1trustno1", "adminadminadmin",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in. `id` is never given to another person."""

    id: str
    login: str
    name: str
    locale: str
    active: bool
    seen_us: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on a node of the equipment tree and everything below; `equipment_id` None is the whole tree."""

    person_id: str
    role: str
    equipment_id: int | None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in at one browser. The store keeps only the hash of the cookie.

    `agent` is what the browser calls itself. `password_due`: opened by a link, and opens nothing else before its
    person has chosen a password.
    """

    id: str
    person_id: str
    created_us: int
    seen_us: int
    agent: str = ""
    password_due: bool = False

    def alive(self, now_us: int) -> bool:
        """Whether it still opens anything: used lately, and not for too long altogether."""
        return now_us - self.seen_us <= limits.SESSION_IDLE_US and now_us - self.created_us <= limits.SESSION_MAX_US


@dataclass(frozen=True, slots=True)
class Token:
    """A key for a program, never stronger than its owner; `dt_<id>_<secret>`, of which the hash is kept."""

    id: str
    person_id: str
    name: str
    created_us: int
    expires_us: int
    last_used_us: int | None
    revoked_us: int | None


OneTime = Literal["setup", "sign-in", "new-password"]  # the last opens a session that asks for a new password first


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as the list of people shows them. `sessions`: how many are alive."""

    person: Person
    grants: tuple[Grant, ...]
    sessions: int
    has_password: bool

    @property
    def kind(self) -> frozenset[tuple[str, int | None]]:
        """People of one kind may do the same."""
        return frozenset((grant.role, grant.equipment_id) for grant in self.grants)


LOCALES: Final = ("en", "de")


def check_locale(locale: str) -> None:
    """Raise InvalidError for a language the screens do not speak."""
    if locale not in LOCALES:
        raise InvalidError("this language is not there yet", pointer="/locale", hint=", ".join(LOCALES))


def check_password(password: str, *, words: tuple[str, ...]) -> None:
    """Raise InvalidError for a password too short, too common, or made of this installation's own words."""
    if len(password) < PASSWORD_MIN:
        raise InvalidError(
            f"the password needs at least {PASSWORD_MIN} characters",
            pointer="/password",
            code="password-short",
            hint="a few words with spaces are easy to keep and hard to guess",
        )
    if len(password) > PASSWORD_MAX:
        raise InvalidError("the password is too long", pointer="/password", code="password-long")
    folded = password.casefold()
    bare = folded.strip("0123456789!?.-_ ")
    if folded in COMMON_PASSWORDS or len(set(folded)) < 4 or bare in {word.casefold() for word in words if word}:
        raise InvalidError(
            "this password is among those tried first", pointer="/password", code="password-common", hint="use another"
        )
