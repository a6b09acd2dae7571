"""Say what is wrong in a plant's files so that the person who wrote them finds it: place, code, line, and a guess.

`Report.error` takes the path of keys at which something is wrong; the report finds file, line and column for it.
One place is reported once: what follows from a fault there would only hide it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol

from dovetail.core.limits import PLANT_PROBLEMS_MAX

GUESS_AMONG_MAX: Final = 2_000  # comparing with more names takes longer than reading the hint
LINE_SHOWN_MAX: Final = 160  # characters of an offending line; the rest helps nobody

type Path = Sequence[str | int]


class Locate(Protocol):
    """Finds the place of a path: of its value where that is a scalar and `key` is not asked for, else of its key."""

    def __call__(self, path: Path, *, key: bool = False) -> tuple[Place, Any]:
        """(place, the scalar there or None) of the longest part of the path that exists."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in the files; line and column from 1, in characters."""

    file: str
    line: int
    col: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a person must mend, and the way on."""

    place: Place
    code: str
    message: str
    hint: str | None = None
    source_line: str = ""

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.code}: {self.message}"]
        if self.source_line:
            shift = max(0, self.place.col - LINE_SHOWN_MAX + 20)
            shown = self.source_line[shift : shift + LINE_SHOWN_MAX].replace("\t", " ")
            gutter = f"{self.place.line:>5} | "
            lines.append(gutter + shown)
            lines.append(" " * (len(gutter) + self.place.col - 1 - shift) + "^")
        if self.hint:
            lines.append(f"      = {self.hint}")
        return "\n".join(lines)


_UNSEEN: Final = dict.fromkeys((*range(9), *range(10, 32), *range(127, 160)), "·")  # would command the terminal


def nearest(given: str, candidates: Iterable[str]) -> str | None:
    """The name that `given` was probably meant to be, if one is near enough."""
    folded = {name.casefold(): name for name in sorted(set(candidates))[:GUESS_AMONG_MAX]}
    near = difflib.get_close_matches(given.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def did_you_mean(given: str, candidates: Iterable[str]) -> str | None:
    """A hint with the nearest of the names there are; all of them when there are few; None when there are none.

    >>> did_you_mean("plc-filer", ["plc-filler", "plc-capper"])
    'did you mean plc-filler?'
    """
    names = sorted(set(candidates))
    near = nearest(given, names)
    if near is not None:
        return f"did you mean {near}?"
    if not names:
        return None
    if len(names) <= 12:
        return f"there are: {', '.join(names)}"
    return None


class Report:
    """Collects problems. `locate` gives (place, scalar text or None) of a path; `texts` the files for showing lines."""

    def __init__(self, *, locate: Locate | None = None) -> None:
        self._locate = locate
        self._lines: dict[str, list[str]] = {}
        self._problems: dict[Place, Problem] = {}
        self._withheld: set[tuple[str, int]] = set()  # lines that hold a secret are not shown for anything else either
        self.dropped = 0  # problems beyond the limit, counted and said

    def use(self, locate: Locate) -> None:
        """From now on paths are found by this."""
        self._locate = locate

    def show_lines_of(self, file: str, text: str) -> None:
        """Keep a file's text, so that problems in it can show their line."""
        self._lines[file] = text.splitlines()

    def error(
        self,
        code: str,
        path: Path,
        message: str,
        *,
        candidates: Iterable[str] | None = None,
        given: str | None = None,
        hint: str | None = None,
        line: Literal["shown", "withheld"] = "shown",
        inside: int | None = None,
    ) -> None:
        """Something is wrong at `path` (section, entry, field, …); `inside` so many characters into the scalar there.

        The place is the value where that is a scalar, else its key; the key also where it is what was `given`. Of a
        path that does not exist it is the longest part that does. With `candidates` the hint guesses what was meant by
        `given` (default: the scalar, else the key). A line that holds a secret is withheld.
        """
        if self._locate is None:
            raise RuntimeError("a report needs the document before it can find paths")
        place, scalar = self._locate(path, key=given is not None and given == str(path[-1]))
        if candidates is not None and hint is None:
            hint = did_you_mean(given or str(scalar if scalar is not None else path[-1]), candidates)
        self.at(
            place if inside is None else self._within(place, str(scalar), inside), code, message, hint=hint, line=line
        )

    def _within(self, place: Place, text: str, inside: int) -> Place:
        """The place inside a text, where that stands in the file as it is and not over several lines."""
        lines = self._lines.get(place.file, [])
        line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        start = line.find(text, place.col - 1)
        return place if start < 0 else replace(place, col=start + inside + 1)

    def at(
        self,
        place: Place,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        line: Literal["shown", "withheld"] = "shown",
    ) -> None:
        """Something is wrong at a place known already."""
        if place in self._problems:
            return
        if len(self._problems) >= PLANT_PROBLEMS_MAX:
            self.dropped += 1
            return
        if line == "withheld":
            self._withheld.add((place.file, place.line))
        lines = self._lines.get(place.file, [])
        source_line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        self._problems[place] = Problem(
            place,
            code,
            message.translate(_UNSEEN),
            hint.translate(_UNSEEN) if hint else None,
            source_line.translate(_UNSEEN),
        )

    @property
    def problems(self) -> list[Problem]:
        """Every problem, in the order of files and lines."""
        found = (self._problems[place] for place in sorted(self._problems))
        return [
            replace(one, source_line="") if (one.place.file, one.place.line) in self._withheld else one for one in found
        ]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self._problems

    def __str__(self) -> str:
        parts = [str(problem) for problem in self.problems]
        if self.dropped:
            parts.append(f"… and {self.dropped} more")
        return "\n\n".join(parts)
