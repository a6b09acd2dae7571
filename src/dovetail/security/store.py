"""All SQL about people, grants, sessions, tokens and one-time links; secrets are kept as hashes only."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, delete, func, insert, select, update

from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.security.model import Grant, OneTime, Person, Session, Token

person = Table(
    "person",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("login", String(120), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("locale", String(10), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password_hash", String(200)),
)
grant_table = Table(
    "person_grant",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", String(36), nullable=False, index=True),
    Column("role", String(40), nullable=False),
    Column("equipment_id", BigInteger),
)
session_table = Table(
    "person_session",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("person_id", String(36), nullable=False, index=True),
    Column("created_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
)
token_table = Table(
    "api_token",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("secret_hash", String(64), nullable=False),
    Column("person_id", String(36), nullable=False, index=True),
    Column("name", String(120), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("last_used_us", BigInteger),
    Column("revoked_us", BigInteger),
)
one_time = Table(
    "one_time_token",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("person_id", String(36)),
    Column("expires_us", BigInteger, nullable=False),
)
failure = Table(
    "sign_in_failure",
    metadata,
    Column("id", Id, primary_key=True),
    Column("login", String(120), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("ix_sign_in_failure_login", "login", "at_us"),
)

_PERSON = [person.c[name] for name in Person.__slots__]
_SESSION = [session_table.c[name] for name in Session.__slots__]
_TOKEN = [token_table.c[name] for name in Token.__slots__]


def anybody(reading: Reading) -> bool:
    """Whether the installation has been set up."""
    return bool(reading.connection.scalar(select(func.count()).select_from(person)))


def add_person(uow: UnitOfWork, added: Person, *, password_hash: str | None) -> None:
    """Keep a new person. Raises IntegrityError when the login is taken."""
    uow.connection.execute(insert(person).values(**asdict(added), password_hash=password_hash))


def find_person(reading: Reading, person_id: str) -> Person | None:
    """A person by id."""
    found = reading.connection.execute(select(*_PERSON).where(person.c.id == person_id)).first()
    return Person(*found) if found else None


def find_login(reading: Reading, login: str) -> tuple[Person, str | None] | None:
    """(person, password hash) by login, which ignores case."""
    query = select(*_PERSON, person.c.password_hash).where(person.c.login == login.casefold())
    found = reading.connection.execute(query).first()
    return (Person(*tuple(found)[:-1]), found[-1]) if found else None


def set_password_hash(uow: UnitOfWork, person_id: str, password_hash: str) -> None:
    """Keep a new hash, as when the cost has been raised."""
    uow.connection.execute(update(person).where(person.c.id == person_id).values(password_hash=password_hash))


def set_locale(uow: UnitOfWork, person_id: str, locale: str) -> None:
    """Keep the language a person reads."""
    uow.connection.execute(update(person).where(person.c.id == person_id).values(locale=locale))


def add_grant(uow: UnitOfWork, added: Grant) -> None:
    """Keep a grant."""
    uow.connection.execute(insert(grant_table).values(**asdict(added)))


def grants_of(reading: Reading, person_id: str) -> list[Grant]:
    """Every grant of a person, oldest first."""
    columns = [grant_table.c[name] for name in Grant.__slots__]
    query = select(*columns).where(grant_table.c.person_id == person_id).order_by(grant_table.c.id)
    return [Grant(*row) for row in reading.connection.execute(query)]


def add_session(uow: UnitOfWork, added: Session, *, secret_hash: str) -> None:
    """Keep a session under the hash of its cookie."""
    uow.connection.execute(insert(session_table).values(**asdict(added), secret_hash=secret_hash))


def find_session(reading: Reading, secret_hash: str) -> Session | None:
    """The session of a cookie's hash."""
    found = reading.connection.execute(select(*_SESSION).where(session_table.c.secret_hash == secret_hash)).first()
    return Session(*found) if found else None


def touch_session(uow: UnitOfWork, session_id: str, *, seen_us: int) -> None:
    """Note that the session is in use."""
    uow.connection.execute(update(session_table).where(session_table.c.id == session_id).values(seen_us=seen_us))


def end_session(uow: UnitOfWork, session_id: str) -> None:
    """The cookie opens nothing from now on."""
    uow.connection.execute(delete(session_table).where(session_table.c.id == session_id))


def add_token(uow: UnitOfWork, added: Token, *, secret_hash: str) -> None:
    """Keep an API token under the hash of its secret."""
    uow.connection.execute(insert(token_table).values(**asdict(added), secret_hash=secret_hash))


def find_token(reading: Reading, token_id: str) -> tuple[Token, str] | None:
    """(token, hash of its secret) by id."""
    query = select(*_TOKEN, token_table.c.secret_hash).where(token_table.c.id == token_id)
    found = reading.connection.execute(query).first()
    return (Token(*tuple(found)[:-1]), found[-1]) if found else None


def tokens_of(reading: Reading, person_id: str) -> list[Token]:
    """A person's tokens, newest first."""
    query = select(*_TOKEN).where(token_table.c.person_id == person_id).order_by(token_table.c.created_us.desc())
    return [Token(*row) for row in reading.connection.execute(query)]


def revoke_token(uow: UnitOfWork, token_id: str, *, at_us: int) -> None:
    """The token opens nothing from now on."""
    uow.connection.execute(update(token_table).where(token_table.c.id == token_id).values(revoked_us=at_us))


def add_one_time(
    uow: UnitOfWork, kind: OneTime, *, secret_hash: str, expires_us: int, person_id: str | None = None
) -> None:
    """Keep a one-time link; a new set-up link replaces the old one."""
    if kind == "setup":
        uow.connection.execute(delete(one_time).where(one_time.c.kind == kind))
    uow.connection.execute(
        insert(one_time).values(kind=kind, secret_hash=secret_hash, expires_us=expires_us, person_id=person_id)
    )


def use_one_time(uow: UnitOfWork, kind: OneTime, *, secret_hash: str, now_us: int) -> tuple[bool, str | None]:
    """(whether it was valid, its person); after this it is gone, valid or not."""
    mine = (one_time.c.secret_hash == secret_hash) & (one_time.c.kind == kind)
    found = uow.connection.execute(select(one_time.c.expires_us, one_time.c.person_id).where(mine)).first()
    uow.connection.execute(delete(one_time).where(mine))
    return (True, found[1]) if found and found[0] > now_us else (False, None)


def count_failures(reading: Reading, login: str, *, since_us: int) -> int:
    """How often somebody failed to sign in as `login` lately."""
    recent = (failure.c.login == login.casefold()) & (failure.c.at_us >= since_us)
    return reading.connection.scalar(select(func.count()).select_from(failure).where(recent)) or 0


def add_failure(uow: UnitOfWork, login: str, *, at_us: int, forget_before_us: int) -> None:
    """Note a failed sign-in and forget those too old to matter."""
    uow.connection.execute(delete(failure).where(failure.c.at_us < forget_before_us))
    uow.connection.execute(insert(failure).values(login=login.casefold()[:120], at_us=at_us))
