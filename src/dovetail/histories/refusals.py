"""The rows of a foreign history that became no sample, as a list to be fetched and mended by."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self, TextIO

from dovetail.core.limits import HISTORY_REFUSED_KEPT
from dovetail.forms.guard import guarded
from dovetail.histories.model import Refused

HEAD: Final = ("line", "series", "code", "reason")


class Refusals:
    """Written as they are found; there is no file where there are none, and a last line says what is left out."""

    NAME: ClassVar = "refused.csv"

    def __init__(self, folder: Path) -> None:
        self._place, self._file, self._n = folder / self.NAME, None, 0
        self._file: TextIO | None
        self._place.unlink(missing_ok=True)  # one that a kill broke off

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        if self._n > HISTORY_REFUSED_KEPT:
            csv.writer(self._file).writerow(("", "", "more", f"{self._n - HISTORY_REFUSED_KEPT} rows more"))
        self._file.close()

    def add(self, one: Refused) -> None:
        """One more."""
        self._n += 1
        if self._n > HISTORY_REFUSED_KEPT:
            return
        if self._file is None:
            self._file = self._place.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(HEAD)
        csv.writer(self._file).writerow((one.line, guarded(one.series), one.code, guarded(one.reason)))
