"""Which folder is watched, what its files look like, when one is whole, and what is done with it after."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final, Literal

from pydantic import Field, field_validator, model_validator

from dovetail.drivers.base import DriverOptions, spelled
from dovetail.drivers.filedrop.address import column
from dovetail.drivers.rowtimes import checked_format, checked_zone

FORMS: Final = {
    "csv": ("name", "number"),
    "json": ("name", "pointer"),
    "jsonl": ("name", "pointer"),
    "fixed": ("span",),
}
ENCODINGS: Final = "^(utf-8|utf-16|ascii|latin-1|cp125[0-8]|cp437|cp850|cp852)$"


class FileDropOptions(DriverOptions):
    """One folder into which other programs put files. Who can write into it can write what it brings."""

    folder: str = Field(
        title="Folder", min_length=1, max_length=1000,
        description="the whole path of a local or mounted folder, e.g. /srv/drop/press7; without its subfolders",
    )  # fmt: skip
    pattern: str = Field("*.csv", title="Names", min_length=1, max_length=200, description="of the files, e.g. *.csv")
    format: Literal["csv", "json", "jsonl", "fixed"] = Field(
        "csv", title="Format", description="csv; json: one document; jsonl: one per line; fixed: by character positions"
    )
    encoding: str = Field(
        "utf-8", title="Encoding", pattern=ENCODINGS,
        description="utf-8, utf-16, ascii, latin-1, or a code page of Windows or DOS, e.g. cp1252",
    )  # fmt: skip
    delimiter: Literal[",", ";", "tab", "|"] = Field(",", title="Between cells", description="csv")
    decimal: Literal["point", "comma"] = Field("point", title="Decimals", description="1.5 or 1,5")
    header: Literal["row", "none"] = Field(
        "row", title="Header", description="csv: whether a row names the columns; without, they are #1, #2, …"
    )
    skip_lines: int = Field(0, title="Lines before", ge=0, le=1000, description="that stand before header and rows")
    records: str = Field(
        "/", title="Rows in the document", description="json: a pointer to the list of rows, or to the only one"
    )
    time: str | None = Field(
        None,
        title="Time",
        description="the column that says when a row was true; without, it is when its file was taken",
    )
    time_of_day: str | None = Field(
        None, title="Time of day", description="where date and time stand in two columns; joined by a blank"
    )
    time_format: str = Field(
        "iso",
        title="Format of times",
        description="iso, unix (seconds, ms or µs since 1970), or like %d.%m.%Y %H:%M:%S",
    )
    zone: str = Field("UTC", title="Time zone", description="of times without one, e.g. Europe/Prague")
    whole: Literal["stable", "done"] = Field(
        "stable", title="A file is whole when",
        description="stable: it has not changed for a while; done: NAME.done lies beside it",
    )  # fmt: skip
    stable_s: float = Field(2.0, title="Unchanged for, s", ge=0, le=3600, description="before a file is taken")
    every_s: float = Field(2.0, title="Look every, s", ge=0.2, le=3600)
    known_by: Literal["content", "name", "both"] = Field(
        "content", title="A file is the same when",
        description="content: whatever its name; name: whatever it holds; both: name and content",
    )  # fmt: skip
    bad_row: Literal["file", "skip"] = Field(
        "file", title="A bad row", description="puts its whole file into quarantine, or is left out and noted there"
    )
    after: Literal["archive", "delete", "leave"] = Field(
        "archive", title="After taking", description="the file moves to archive/, is deleted, or stays"
    )
    max_mb: float = Field(16, title="Largest file, MB", gt=0, le=256)
    max_rows: int = Field(200_000, title="Most rows", ge=1, le=2_000_000)
    max_line: int = Field(65_536, title="Longest line", ge=80, le=1_048_576, description="characters")

    @field_validator("folder")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if not PurePath(value).is_absolute() or ".." in PurePath(value).parts or "\0" in value:
            raise ValueError("the whole path, from / or a drive on, without ..")
        return value

    @field_validator("pattern")
    @classmethod
    def _name_only(cls, value: str) -> str:
        if any(letter in value for letter in "/\\\0") or value.startswith("."):
            raise ValueError("a pattern of names, like *.csv: no folders in it")
        return value

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return checked_zone(value)

    @field_validator("records")
    @classmethod
    def _pointer(cls, value: str) -> str:
        if spelled(column, value).form != "pointer":
            raise ValueError("a pointer begins with /, and / alone is the whole document")
        return value

    @model_validator(mode="after")
    def _columns(self) -> FileDropOptions:
        for name in ("time", "time_of_day"):
            written = getattr(self, name)
            if written is not None and spelled(column, written).form not in FORMS[self.format]:
                raise ValueError(f"{name}: {written!r} is no column of a {self.format} file")
        if self.time_of_day is not None and self.time is None:
            raise ValueError("`time_of_day` goes with `time`, the column of the date")
        if self.time is not None:
            checked_format(self.time_format)
        if self.format == "csv" and self.delimiter == "," and self.decimal == "comma":
            raise ValueError("with a decimal comma the cells need another delimiter, usually ;")
        return self

    def where(self) -> str:
        return f"file://{self.folder}/{self.pattern}"

    def wire(self) -> str:
        return self.folder

    def is_insecure(self) -> bool:
        """Who may write there is for the rights of the folder to say: a warning nobody can mend would be none."""
        return False
