"""All SQL about people, grants, sessions, tokens and one-time links; secrets are kept as hashes only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    String,
    Table,
    delete,
    false,
    func,
    insert,
    select,
    update,
)

from dovetail.db.tables import Id, metadata
from dovetail.db.uow import Reading, UnitOfWork
from dovetail.security.model import Grant, Listed, OneTime, Person, Session, Token

person = Table(
    "person",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("login", String(120), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("locale", String(10), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password_hash", String(200)),
    Column("seen_us", BigInteger),
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
    Column("agent", String(300), nullable=False, server_default=""),
    Column("password_due", Boolean, nullable=False, server_default=false()),
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


def list_people(reading: Reading, *, after_login: str, limit: int, now_us: int) -> list[Listed]:
    """People by login, from behind `after_login` on."""
    query = select(*_PERSON, person.c.password_hash.is_not(None)).where(person.c.login > after_login)
    found = [tuple(row) for row in reading.connection.execute(query.order_by(person.c.login).limit(limit))]
    grants: defaultdict[str, list[Grant]] = defaultdict(list)
    alive: defaultdict[str, int] = defaultdict(int)
    ids = [row[0] for row in found]
    columns = [grant_table.c[name] for name in Grant.__slots__]
    asked = select(*columns).where(grant_table.c.person_id.in_(ids)).order_by(grant_table.c.id)
    for row in reading.connection.execute(asked):
        grants[row[0]].append(Grant(*row))
    for row in reading.connection.execute(select(*_SESSION).where(session_table.c.person_id.in_(ids))):
        session = Session(*row)
        alive[session.person_id] += session.alive(now_us)
    return [Listed(Person(*row[:-1]), tuple(grants[row[0]]), alive[row[0]], bool(row[-1])) for row in found]


def active_roles(reading: Reading) -> dict[str, set[str]]:
    """The roles on the whole tree of everybody who may enter, by person."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    query = select(grant_table.c.person_id, grant_table.c.role).join(person, person.c.id == grant_table.c.person_id)
    for person_id, role in reading.connection.execute(
        query.where(person.c.active, grant_table.c.equipment_id.is_(None))
    ):
        found[person_id].add(role)
    return found


def password_hash_of(reading: Reading, person_id: str) -> str | None:
    """The hash of a person's password; None while there is none."""
    return reading.connection.scalar(select(person.c.password_hash).where(person.c.id == person_id))


def set_password_hash(uow: UnitOfWork, person_id: str, password_hash: str) -> None:
    """Keep a new hash: of a new password, or because the cost has been raised."""
    uow.connection.execute(update(person).where(person.c.id == person_id).values(password_hash=password_hash))


def set_person(uow: UnitOfWork, person_id: str, *, name: str, locale: str) -> None:
    """Keep what a person is called and the language they read."""
    uow.connection.execute(update(person).where(person.c.id == person_id).values(name=name, locale=locale))


def set_active(uow: UnitOfWork, person_id: str, *, active: bool) -> None:
    """Whether the person may enter."""
    uow.connection.execute(update(person).where(person.c.id == person_id).values(active=active))


def set_role_on_all(uow: UnitOfWork, person_id: str, role: str) -> None:
    """The one role a person has on the whole tree; grants on a part of it stay as they are."""
    whole = (grant_table.c.person_id == person_id) & grant_table.c.equipment_id.is_(None)
    uow.connection.execute(delete(grant_table).where(whole))
    add_grant(uow, Grant(person_id, role, None))


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


def sessions_of(reading: Reading, person_id: str) -> list[Session]:
    """A person's sessions, used last first; those too old to open anything are still among them."""
    query = select(*_SESSION).where(session_table.c.person_id == person_id).order_by(session_table.c.seen_us.desc())
    return [Session(*row) for row in reading.connection.execute(query)]


def touch_session(uow: UnitOfWork, session: Session, *, seen_us: int) -> None:
    """Note that the session is in use, and its person with it."""
    uow.connection.execute(update(session_table).where(session_table.c.id == session.id).values(seen_us=seen_us))
    touch_person(uow, session.person_id, seen_us=seen_us)


def touch_person(uow: UnitOfWork, person_id: str, *, seen_us: int) -> None:
    """Note when the person was last here: it outlives their sessions."""
    uow.connection.execute(update(person).where(person.c.id == person_id).values(seen_us=seen_us))


def password_chosen(uow: UnitOfWork, session_id: str) -> None:
    """The session opens everything its person may see from now on."""
    uow.connection.execute(update(session_table).where(session_table.c.id == session_id).values(password_due=False))


def end_session(uow: UnitOfWork, session_id: str) -> None:
    """The cookie opens nothing from now on."""
    uow.connection.execute(delete(session_table).where(session_table.c.id == session_id))


def end_sessions(uow: UnitOfWork, person_id: str, *, but: str | None = None) -> None:
    """End a person's sessions, all of them or all `but` one."""
    mine = session_table.c.person_id == person_id
    mine = mine if but is None else mine & (session_table.c.id != but)
    uow.connection.execute(delete(session_table).where(mine))


def forget_sessions(uow: UnitOfWork, person_id: str, *, now_us: int) -> None:
    """Let go of a person's sessions that are too old to open anything."""
    old = [session.id for session in sessions_of(uow, person_id) if not session.alive(now_us)]
    uow.connection.execute(delete(session_table).where(session_table.c.id.in_(old)))


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


def touch_token(uow: UnitOfWork, token_id: str, *, used_us: int) -> None:
    """Note that the token is in use."""
    uow.connection.execute(update(token_table).where(token_table.c.id == token_id).values(last_used_us=used_us))


def revoke_tokens(uow: UnitOfWork, token_ids: list[str], *, at_us: int) -> None:
    """These tokens open nothing from now on."""
    still = token_table.c.id.in_(token_ids) & token_table.c.revoked_us.is_(None)
    uow.connection.execute(update(token_table).where(still).values(revoked_us=at_us))


def add_one_time(
    uow: UnitOfWork, kind: OneTime, *, secret_hash: str, expires_us: int, person_id: str | None = None
) -> None:
    """Keep a one-time link; a new one for the same purpose replaces the old one."""
    if person_id is None:
        uow.connection.execute(delete(one_time).where(one_time.c.kind == kind))
    else:
        drop_one_time(uow, person_id)
    uow.connection.execute(
        insert(one_time).values(kind=kind, secret_hash=secret_hash, expires_us=expires_us, person_id=person_id)
    )


def drop_one_time(uow: UnitOfWork, person_id: str) -> None:
    """No link of this person opens anything from now on."""
    uow.connection.execute(delete(one_time).where(one_time.c.person_id == person_id))


def use_one_time(
    uow: UnitOfWork, kinds: tuple[OneTime, ...], *, secret_hash: str, now_us: int
) -> tuple[OneTime, str | None] | None:
    """(kind, its person) of a valid one of these kinds, else None; after this it is gone, valid or not."""
    mine = (one_time.c.secret_hash == secret_hash) & one_time.c.kind.in_(kinds)
    columns = (one_time.c.expires_us, one_time.c.kind, one_time.c.person_id)
    found = uow.connection.execute(select(*columns).where(mine)).first()
    uow.connection.execute(delete(one_time).where(mine))
    return (found[1], found[2]) if found and found[0] > now_us else None


def count_failures(reading: Reading, login: str, *, since_us: int) -> int:
    """How often somebody failed to sign in as `login` lately."""
    recent = (failure.c.login == login.casefold()) & (failure.c.at_us >= since_us)
    return reading.connection.scalar(select(func.count()).select_from(failure).where(recent)) or 0


def add_failure(uow: UnitOfWork, login: str, *, at_us: int, forget_before_us: int) -> None:
    """Note a failed sign-in and forget those too old to matter."""
    uow.connection.execute(delete(failure).where(failure.c.at_us < forget_before_us))
    uow.connection.execute(insert(failure).values(login=login.casefold()[:120], at_us=at_us))
