"""What a single cell means: a heading, a data type, a unit, a number with a comma, an interval, a way to read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from dovetail.tagwords.model import Mode, Row, Said
from dovetail.tagwords.words_tables import DATA_TYPES, HEADINGS, NOT_ONE_VALUE, UNITS, DataType

UNIT_MAX: Final = 60  # characters, as in the plant code
PROPERTY_MAX: Final = 63
_NUMBER: Final = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d{1,3})?")
_INTERVAL: Final = re.compile(r"(\d+(?:[.,]\d+)?) ?(ms|msec|s|sec|sek|min)?\.?", re.IGNORECASE)
_MS: Final = {"": 1.0, "ms": 1.0, "msec": 1.0, "s": 1e3, "sec": 1e3, "sek": 1e3, "min": 60e3}
_WAYS: Final[dict[Mode, tuple[str, ...]]] = {
    "poll": ("poll", "polled", "polling", "read", "cyclic", "abfrage", "abfragen", "zyklisch"),
    "subscribe": ("subscribe", "subscribed", "subscription", "onchange", "change", "abonnieren", "abonnement",
                  "beiänderung", "event", "listen", "report"),
}  # fmt: skip
_MODES: Final[dict[str, Mode]] = {word: mode for mode, words in _WAYS.items() for word in words}
_LETTERS: Final = str.maketrans({
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "°": "deg", "%": " pct ",
    "µ": "u", "μ": "u",
})  # fmt: skip
_ARRAY: Final = re.compile(r"(?:array\b.*)|(?:.*\[[^\]]*\])|(?:.* ?array)", re.IGNORECASE)


def bare(text: str) -> str:
    """A heading or word as the tables have it: small letters and digits, nothing else."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def field_of(heading: str) -> str | None:
    """What a column of this heading means; what stands in brackets behind it does not matter.

    >>> field_of("Eng. Units"), field_of("Zyklus [ms]"), field_of("Lieferant")
    ('unit', 'interval', None)
    """
    whole = HEADINGS.get(bare(heading))
    return whole or HEADINGS.get(bare(re.sub(r"[\[(].*", "", heading)))


def number_of(text: str) -> float | None:
    """A number as people write it, with a point or a comma; None for nothing.

    Raises ValueError for what is none, and for one with both: 1.234,5 and 1,234.5 differ by whom you ask.

    >>> number_of("0,1"), number_of("-1.5e3"), number_of("")
    (0.1, -1500.0, None)
    """
    text = text.strip().replace("\u2212", "-")
    if not text:
        return None
    if _NUMBER.fullmatch(text) is None or len(text) > 40:
        raise ValueError(text)
    value = float(text.replace(",", "."))
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


def interval_of(text: str, heading: str = "") -> int | None:
    """Milliseconds; seconds where the cell or the heading says so. Raises ValueError.

    >>> interval_of("500"), interval_of("0,5", "Zyklus (s)"), interval_of("2 s")
    (500, 500, 2000)
    """
    if not text.strip():
        return None
    found = _INTERVAL.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    unit = (found[2] or "").lower()
    if not unit and re.search(r"[\[(]\s*(s|sec|sek)\.?\s*[\])]", heading.lower()):
        unit = "s"
    value_ms = float(found[1].replace(",", ".")) * _MS[unit]
    if value_ms > 86_400_000 or round(value_ms) < 10:
        raise ValueError(text)
    return round(value_ms)


def mode_of(text: str) -> Mode | None:
    """How a tag is read. Raises ValueError for a word that is neither."""
    if not text.strip():
        return None
    if bare(text) not in _MODES:
        raise ValueError(text)
    return _MODES[bare(text)]


def type_of(text: str) -> DataType | Said | None:
    """What a data type's name means, None where the list tells none; `Said` for what is no single value.

    >>> type_of("REAL")
    DataType(width='float32', kind='f64')
    """
    word = bare(text.partition("(")[0] if "(" in text else text)
    if not word or word == "default":
        return None
    if _ARRAY.fullmatch(text.strip()) and not re.fullmatch(r"(?i)w?string ?\[\d+\]", text.strip()):
        return Said("array", text.strip()[:60])
    word = re.sub(r"^(w?string)\d+$", "string", word)
    if word in NOT_ONE_VALUE:
        return Said("type-not-read", text.strip()[:60])
    return DATA_TYPES.get(word) or Said("type-unknown", text.strip()[:60])


def unit_of(text: str) -> str | None:
    """A unit in UCUM where the table knows it, else as it stands.

    >>> unit_of("°C"), unit_of("kWh"), unit_of("bar"), unit_of(" ")
    ('Cel', 'kW.h', 'bar', None)
    """
    text = unicodedata.normalize("NFC", text.strip())
    return UNITS.get(text, text) or None


def property_of(text: str) -> str:
    """A tag's name as plant code allows it, empty where nothing of it remains.

    >>> property_of("Filler/SpeedAct"), property_of("Füllhöhe 2"), property_of("4711")
    ('filler_speed_act', 'fuellhoehe_2', 't_4711')
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    name = re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")
    if name and not name[0].isalpha():
        name = f"t_{name}"
    return name[:PROPERTY_MAX].rstrip("_")


def with_range(row: Row, raw: tuple[float | None, float | None], scaled: tuple[float | None, float | None]) -> Row:
    """The row with scale and offset from two ranges; a fault where one of them is not complete."""
    if None in raw or None in scaled:
        told = [name for name, pair in (("raw", raw), ("scaled", scaled)) if None not in pair]
        about = f"{told[0]} without {'scaled' if told[0] == 'raw' else 'raw'}" if told else "neither range"
        return replace(row, faults=(*row.faults, Said("scaling-half", about)))
    raw_low, raw_high = raw
    scaled_low, scaled_high = scaled
    assert raw_low is not None and raw_high is not None and scaled_low is not None and scaled_high is not None
    if raw_high == raw_low or scaled_high == scaled_low:
        return replace(row, faults=(*row.faults, Said("scaling-half", "a range of no width")))
    scale = (scaled_high - scaled_low) / (raw_high - raw_low)
    return replace(row, scale=_rounded(scale), offset=_rounded(scaled_low - raw_low * scale))


def _rounded(value: float) -> float:
    """To what a person would have written: 0.1 and not 0.09999999999999999."""
    return float(f"{value:.12g}")
