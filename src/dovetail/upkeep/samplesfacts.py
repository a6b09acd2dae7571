"""What can be seen of the samples from outside the historian: where they lie, how far they are sealed and summed up."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from dovetail.chunkstore import files
from dovetail.core.errors import DovetailError
from dovetail.damage.wholes import kept_aside
from dovetail.upkeep import samples
from dovetail.upkeep.layout import HISTORIAN
from dovetail.upkeep.rates import bytes_a_day
from dovetail.upkeep.whereabouts import Where, where

DIRTY_MANY: Final = 10_000  # days of tags: some minutes of the roller's work


@dataclass(frozen=True, slots=True)
class Samples:
    """The historian: marks of the head, its rows and bytes, the months; `fault` says why it could not be read."""

    fault: str | None = None
    where: Where = "files"
    last: int = 0
    sealed: int = 0
    released: int = 0
    bytes: int = 0
    months: int = 0
    form: str = ""  # of the head and of the newest month, where they are files
    bytes_a_day: float = 0.0  # on the disk of the data folder
    damaged: int = 0  # samples that cannot be read and are set aside
    lost: int = 0  # rows of the head that somebody knows of and that are gone
    dirty: int = 0  # days of tags that are summed up, but not with all their samples
    kept: tuple[int, int] = (0, 0)  # what is no database any more and set aside as it lay: how many, bytes
    vouched: bool = True  # whether who keeps the pages notices one that a disk has altered

    def damage(self) -> tuple[Literal["well", "look", "ill"], str, Literal["administrator", "nobody"], str]:
        """(verdict, what it rests on, who can mend it, how)."""
        if self.lost:
            says = f"the disk has lost the end of the head at some time: up to {self.lost:,} frames that were accepted"
            return (
                "ill",
                says,
                "administrator",
                "look after the disk; `dovetail delivery` says of which source and lane, as a gap; the log says when",
            )
        if not self.damaged and not self.vouched:
            says = (
                "no chunk of samples was found damaged, but PostgreSQL keeps no checksums of its pages: a number that "
            )
            says += "its disk alters outside of samples would be believed"
            return "look", says, "administrator", "stop PostgreSQL, `pg_checksums --enable -D …`, start it again"
        if not self.damaged:
            says = f"no chunk of samples was found damaged{self._kept()}"
            return "well", says, "nobody", ("`dovetail samples damaged tidy` lets go of them" if self.kept[0] else "")
        says = f"{self.damaged:,} samples cannot be read any more: the disk has spoilt them, their time is a hole"
        says += self._kept()
        how = "look after the disk; `dovetail samples damaged list` says which, `… recover FOLDER` brings them back"
        return "ill", says, "administrator", how

    def _kept(self) -> str:
        many, size = self.kept
        return (
            f"; {many} files that are no databases any more are kept as they lay, {size / 1e6:,.1f} MB" if many else ""
        )

    def rollups(self) -> tuple[Literal["well", "look"], str, Literal["time", "nobody"], str]:
        """The same of what days were summed up to."""
        says = f"{self.dirty} days of signals are to be summed up anew: till then their samples answer"
        return ("look", says, "time", "see the log") if self.dirty > DIRTY_MANY else ("well", says, "nobody", "")


def look_at_samples(data: Path, records_url: str, wanted: str | None, *, at_us: int) -> Samples:
    """Where the samples lie and how they stand, read only; what is not there is not made."""
    try:
        if where(data, records_url, wanted) == "files":
            return _in_files(data / HISTORIAN, at_us)
        from dovetail.upkeep.serverlook import look

        found = look(records_url)
    except (DovetailError, ImportError) as error:
        return Samples(fault=getattr(error, "message", str(error)), where="postgresql")
    if found is None:
        return Samples(fault="the database holds none", where="postgresql")
    months, form = len(found.months), str(found.version)
    marks = (found.last, found.sealed, found.released)
    return Samples(
        None, "postgresql", *marks, found.bytes, months, form, damaged=found.damaged, lost=found.lost,
        dirty=found.dirty, vouched=found.vouched,
    )  # fmt: skip


def _in_files(folder: Path, at_us: int) -> Samples:
    path = folder / samples.HEAD
    if not path.exists():
        return Samples(fault=f"{path} does not exist")
    try:
        with closing(files.connect(path, role="reader")) as connection:
            found = samples.marks(connection)
            form = samples.form(folder, connection)
    except files.UNREADABLE as error:
        return Samples(fault=str(error))
    there = list(folder.glob("*.db*"))
    size = 0
    for file in there:
        with suppress(OSError):  # a journal goes while we look
            size += file.stat().st_size
    sizes = {files.number_of(file.name): file.stat().st_size for file in folder.glob(files.MONTHS)}
    rate = bytes_a_day(sizes, at_us=at_us)
    of_months = [_of(folder / files.name_of(month)) for month in sizes]
    spoilt, dirty = sum(one for one, _ in of_months), sum(one for _, one in of_months)
    marks = (found["last"], found["sealed"], found["released"])
    held = kept_aside(folder)
    beside = len(held), sum(one.bytes for one in held)
    return Samples(None, "files", *marks, size, len(sizes), form, rate, spoilt, found.get("lost", 0), dirty, beside)


def _of(month: Path) -> tuple[int, int]:
    """(samples that are set aside, days that are dirty)."""
    with suppress(*files.UNREADABLE), closing(files.connect(month, role="reader")) as connection:
        (damaged,) = connection.execute("select coalesce(sum(n), 0) from aside").fetchone()
        return damaged, connection.execute("select count(*) from rollup where dirty = 1").fetchone()[0]
    return 0, 0  # of an earlier version, which nobody has opened since; or spoilt: the next sealing sets it aside
