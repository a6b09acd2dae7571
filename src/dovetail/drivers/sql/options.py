"""Which database is asked what, how often, and by what new rows are told from those taken before."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from dovetail.drivers.base import DriverOptions, SecretName, spelled
from dovetail.drivers.rowtimes import checked_format, checked_zone
from dovetail.drivers.sql import statement as sql
from dovetail.drivers.sql.address import column

# What stands before :// → (SQLAlchemy's dialect and driver, the package that brings the driver; None: built in)
DIALECTS: Final[dict[str, tuple[str, str | None]]] = {
    "postgresql": ("postgresql+psycopg", "psycopg[binary]"),
    "mysql": ("mysql+pymysql", "pymysql"),
    "mariadb": ("mariadb+pymysql", "pymysql"),
    "mssql": ("mssql+pymssql", "pymssql"),
    "oracle": ("oracle+oracledb", "oracledb"),
    "sqlite": ("sqlite", None),
}


class SqlOptions(DriverOptions):
    """One statement to one database. Use a database user that may read what the statement names, and nothing else."""

    url: str = Field(
        title="Database", min_length=1, max_length=1000, examples=["postgresql://reader@10.0.3.9:5432/mes"],
        description="postgresql, mysql, mariadb, mssql or oracle://user@host:port/name, or sqlite:////path/to/file.db",
    )  # fmt: skip
    password: SecretName | None = Field(None, title="Password", description="secret://name")
    statement: str = Field(
        title="Statement", min_length=1, max_length=sql.STATEMENT_MAX,
        description="one SELECT of the columns that tags name, and of the watermark; without ORDER BY and LIMIT",
    )  # fmt: skip
    watermark: str = Field(
        title="Watermark", description="a column that only grows with new rows: a number, or a time with an index on it"
    )
    tie: str | None = Field(
        None,
        title="Tie",
        description="a column that tells rows of the same watermark apart; without, their whole content",
    )
    look_back: float = Field(
        0, title="Look back", ge=0, le=1e9,
        description="how far below the watermark rows may still appear, in its unit (seconds for a time)",
    )  # fmt: skip
    start: Literal["now", "beginning"] = Field(
        "now", title="At first", description="now: rows that come from now on; beginning: all that are there"
    )
    time: str | None = Field(
        None, title="Time", description="the column that says when a row was true; without, it is when it was taken"
    )
    time_format: str = Field(
        "iso",
        title="Format of times",
        description="of times that are texts or numbers: iso, unix, or like %d.%m.%Y %H:%M:%S",
    )
    zone: str = Field("UTC", title="Time zone", description="of times without one, e.g. Europe/Prague")
    every_s: float = Field(5.0, title="Ask every, s", ge=0.2, le=86_400)
    timeout_s: float = Field(10.0, title="Time-out, s", ge=0.5, le=60, description="how long one answer may take")
    max_rows: int = Field(1000, title="Rows at once", ge=1, le=20_000, description="the rest follows at once")
    bad_row: Literal["stop", "skip"] = Field(
        "stop", title="A bad row", description="stops the connection until somebody mends it, or is left out and logged"
    )

    @field_validator("url")
    @classmethod
    def _place(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in DIALECTS:
            raise ValueError(f"before :// stands one of {', '.join(DIALECTS)}")
        if parts.password is not None:
            raise ValueError("no password in the URL: name a secret in `password`")
        if parts.query or parts.fragment:
            raise ValueError("nothing after ? or #")
        if parts.scheme == "sqlite":
            path = PurePath(parts.path[1:])
            if parts.netloc or not path.is_absolute() or ".." in path.parts:
                raise ValueError("the whole path of the file, after four slashes: sqlite:////srv/bench/results.db")
        elif not parts.hostname:
            raise ValueError("a host stands after ://, like postgresql://reader@10.0.3.9/mes")
        return value

    @field_validator("statement")
    @classmethod
    def _reads(cls, value: str) -> str:
        return sql.checked(value)

    @field_validator("watermark", "tie", "time")
    @classmethod
    def _column(cls, value: str | None) -> str | None:
        return value if value is None else spelled(column, value).name

    @field_validator("time_format")
    @classmethod
    def _format(cls, value: str) -> str:
        return checked_format(value)

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return checked_zone(value)

    @property
    def dialect(self) -> str:
        """What stands before ://."""
        return urlsplit(self.url).scheme

    def where(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def wire(self) -> str:
        return self.where()

    def is_insecure(self) -> bool:
        """A file of this machine is no link over which anybody could forge values."""
        return self.dialect != "sqlite"
