"""Somebody else's database, asked in a session that only reads, with an end to each question. Called in a thread."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Engine, asc, column, create_engine, desc, event, exc, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.sql import Select

from dovetail.core.errors import ConfigError, DovetailError, LinkError
from dovetail.drivers.offlimits import not_ours
from dovetail.drivers.sql.options import DIALECTS, SqlOptions
from dovetail.drivers.sql.statement import plain

CONNECT_S: Final = 5
STEPS: Final = 10_000  # of SQLite's machine between two looks at the clock
# A server that went without a word is known to be gone after so long; the system's own word for it is two hours.
_KEPT_ALIVE: Final = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 11_000}
_REFUSED: Final = ("28P01", "28000", "3D000", "42501")  # wrong password, no such user, database or right
_DENIED: Final = (  # what databases say when a person must mend it, where they give no code with it
    "authentication failed", "does not exist", "no pg_hba.conf entry", "Access denied", "Unknown database",
    "Login failed", "no such table", "no such column", "syntax error",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """What a question brought."""

    names: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


class Database:
    """One database and the one statement that is asked of it."""

    def __init__(self, options: SqlOptions, password: str | None) -> None:
        self._options = options
        self._deadline_s = 0.0
        url = _url(options, password)
        try:
            self._engine: Engine = create_engine(
                url, pool_size=1, max_overflow=0, pool_pre_ping=True, pool_recycle=1800, hide_parameters=True,
                connect_args=_arguments(options),
            )  # fmt: skip
        except ImportError as error:
            package = DIALECTS[options.dialect][1]
            raise ConfigError(
                f"this machine cannot speak to {options.dialect}: {package} is not installed", code="sql-driver",
                hint=f"install it beside Dovetail (pip install '{package}'), then restart",
            ) from error  # fmt: skip
        event.listen(self._engine, "connect", self._only_reads)
        body = text(plain(options.statement) + "\n").columns(*(column(name) for name in _named(options)))
        self._rows = body.subquery("dovetail_rows")

    def close(self) -> None:
        """Leave no session behind."""
        self._engine.dispose()

    def alive(self) -> None:
        """The cheapest question. Raises LinkError, ConfigError."""
        self._ask(select(text("1")))

    def page(self, lower: Any, limit: int) -> Rows:
        """Up to `limit` rows from a watermark on (None: from the beginning), in its order."""
        mark = self._rows.c[self._options.watermark]
        wanted = mark.is_not(None) if lower is None else mark >= lower
        order = [asc(mark), *self._tie()]
        return self._ask(select(text("*")).select_from(self._rows).where(wanted).order_by(*order).limit(limit))

    def newest(self, limit: int) -> Rows:
        """The last rows, the newest first."""
        mark = self._rows.c[self._options.watermark]
        found = select(text("*")).select_from(self._rows).where(mark.is_not(None)).order_by(desc(mark)).limit(limit)
        return self._ask(found)

    def _tie(self) -> list[Any]:
        return [] if self._options.tie is None else [asc(self._rows.c[self._options.tie])]

    def _ask(self, question: Select[Any]) -> Rows:
        try:
            with self._engine.connect() as connection:
                self._deadline_s = time.monotonic() + self._options.timeout_s
                if self._options.dialect == "oracle":
                    connection.execute(text("SET TRANSACTION READ ONLY"))
                found = connection.execute(question)
                names = tuple(map(str, found.keys()))
                rows = [tuple(row) for row in found]
                connection.rollback()
                return Rows(names, rows)
        except DovetailError:
            raise
        except exc.SQLAlchemyError as error:
            raise _meant(error, self._options) from error

    def _only_reads(self, raw: Any, _record: Any) -> None:
        """What a new session is told before it is asked anything."""
        told = {
            "mysql": "SET SESSION TRANSACTION READ ONLY",
            "mariadb": "SET SESSION TRANSACTION READ ONLY",
            "sqlite": "PRAGMA query_only=ON",
        }.get(self._options.dialect)
        if told is not None:
            cursor = raw.cursor()
            cursor.execute(told)
            cursor.close()
        if self._options.dialect == "sqlite":
            raw.set_progress_handler(lambda: int(time.monotonic() > self._deadline_s), STEPS)


def _named(options: SqlOptions) -> list[str]:
    return list(dict.fromkeys(name for name in (options.watermark, options.tie) if name is not None))


def _url(options: SqlOptions, password: str | None) -> URL:
    if options.dialect == "sqlite":
        path = Path(options.url.removeprefix("sqlite:///"))
        not_ours(path)
        return make_url(f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true")
    url = make_url(options.url).set(drivername=DIALECTS[options.dialect][0])
    return url if password is None else url.set(password=password)


def _arguments(options: SqlOptions) -> dict[str, Any]:
    """Time-outs, in each driver's own words."""
    whole_s = max(1, round(options.timeout_s))
    return {
        "postgresql": {
            "connect_timeout": CONNECT_S,
            **_KEPT_ALIVE,
            "options": f"-c statement_timeout={round(options.timeout_s * 1000)} -c default_transaction_read_only=on",
        },
        "mysql": {"connect_timeout": CONNECT_S, "read_timeout": whole_s},
        "mariadb": {"connect_timeout": CONNECT_S, "read_timeout": whole_s},
        "mssql": {"login_timeout": CONNECT_S, "timeout": whole_s},
        "oracle": {"tcp_connect_timeout": CONNECT_S},
        "sqlite": {"timeout": options.timeout_s, "check_same_thread": False},
    }[options.dialect]


def _meant(error: exc.SQLAlchemyError, options: SqlOptions) -> LinkError | ConfigError:
    """Whether time or a person heals it; the database's own words without the statement and its values."""
    said = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if isinstance(error, (exc.ProgrammingError, exc.NoSuchColumnError, exc.CompileError)) or state in _REFUSED:
        hint = "compare the statement, the watermark and the rights of the user with the database"
        return ConfigError(f"{options.where()} refuses: {said}", code="sql-refused", hint=hint)
    if any(words in said for words in _DENIED):
        return ConfigError(
            f"{options.where()} refuses: {said}",
            code="sql-refused",
            hint="compare the statement, the user and its secret with it",
        )
    if "interrupted" in said or state == "57014":
        hint = "is there an index on the watermark? timeout_s allows more"
        return LinkError(f"no answer within {options.timeout_s:g} s", code="sql-slow", hint=hint)
    return LinkError(f"{options.where()} cannot be asked: {said}", code="sql-away")
