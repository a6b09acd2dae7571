"""Why there is no file of an export, and who can mend that, in the language of who asked for it."""

from __future__ import annotations

from typing import Final

from dovetail.core.errors import DovetailError
from dovetail.core.limits import EXPORT_BYTES_MAX
from dovetail.exports.model import Language, Wanted

FAULT: Final = "export-fault"
LOST: Final = "export-lost"
TOO_LONG: Final = "export-too-long"
TOO_LARGE: Final = "export-too-large"
SPACE: Final = "export-space"

WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        FAULT: "something went wrong on our side; the log has it",
        LOST: "the server stopped while it was written; ask for it again",
        TOO_LONG: "there are more than {n} rows"
        " (a shorter period or fewer tags; CSV or Parquet hold more than a spreadsheet)",
        TOO_LARGE: "the file is larger than {n} bytes (a shorter period or fewer tags; Parquet is the smallest)",
        SPACE: "the server's disk is nearly full (ask an administrator)",
        "not-found": "one of the signals is not there any more, or you may not see it any more",
    },
    "de": {
        FAULT: "bei uns ging etwas schief; das Protokoll sagt es",
        LOST: "der Server hielt an, während sie geschrieben wurde; fordern Sie sie noch einmal an",
        TOO_LONG: "es sind mehr als {n} Zeilen"
        " (ein kürzerer Zeitraum oder weniger Signale; CSV und Parquet fassen mehr als eine Tabelle)",
        TOO_LARGE: "die Datei ist größer als {n} Byte"
        " (ein kürzerer Zeitraum oder weniger Signale; Parquet ist am kleinsten)",
        SPACE: "die Festplatte des Servers ist fast voll (fragen Sie die Administration)",
        "not-found": "eines der Signale gibt es nicht mehr, oder Sie dürfen es nicht mehr sehen",
        "aggregate-too-long": "in einem Abschnitt liegen mehr Messwerte eines Signals, als auf einmal gelesen werden"
        " (kürzere Abschnitte)",
        "aggregate-too-many": "das sind zu viele Ergebnisse oder Tage auf einmal"
        " (kürzere Abschnitte oder weniger Signale)",
    },
}


def said(code: str, wanted: Wanted) -> str:
    """The words for one of our codes. Raises KeyError for another."""
    most = wanted.rows_max if code == TOO_LONG else EXPORT_BYTES_MAX
    grouped = f"{most:,}"
    number = grouped.replace(",", ".") if wanted.language == "de" else grouped
    return WORDS[wanted.language][code].format(n=number)


def why(error: DovetailError, wanted: Wanted) -> str:
    """What ended the writing; an error that has no words here is told as it is."""
    if error.code in WORDS[wanted.language]:
        return said(error.code, wanted)
    return error.message + (f" ({error.hint})" if error.hint else "")
