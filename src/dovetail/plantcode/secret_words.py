"""A password in a plant's file goes to git and stays there: plant code names secrets and never holds them."""

from __future__ import annotations

import re
from typing import Any, Final

from dovetail.core.secretname import REFERENCE
from dovetail.plantcode import codes
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.reader import Map, Seq
from dovetail.plantcode.report import Report

_SECRET_KEY: Final = re.compile(r"(?:^|_)(?:password|passwd|pwd|passphrase|secret|token|api_?key)$", re.IGNORECASE)
_USER_IN_URL: Final = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@\s]*:[^/@\s]+@", re.IGNORECASE)
_REFERENCE: Final = re.compile(REFERENCE + r"[A-Za-z0-9._/-]+\Z")


def is_secret(field: str) -> bool:
    """Whether a field of this name holds a secret."""
    return _SECRET_KEY.search(field) is not None


def check_secrets(plant: Plant, sections: list[str], report: Report) -> None:
    """Report every secret that stands in the files in clear, without repeating it."""
    for section in sections:
        _look_into(plant.raw(section), (section,), report)


def _look_into(value: Any, path: tuple[str | int, ...], report: Report) -> None:
    if isinstance(value, Map):
        for key, below in value.items():
            if isinstance(below, Map | Seq):
                _look_into(below, (*path, key), report)
            elif isinstance(below, str):
                _look_at(key, below, (*path, key), report)
            elif below is not None and _SECRET_KEY.search(key):
                _look_at(key, str(below), (*path, key), report)
    elif isinstance(value, Seq):
        for n, below in enumerate(value):
            if isinstance(below, Map | Seq):
                _look_into(below, (*path, n), report)


def _look_at(key: str, text: str, path: tuple[str | int, ...], report: Report) -> None:
    if _SECRET_KEY.search(key) and not _REFERENCE.match(text):
        hint = f"write secret://… and keep the {key} in the secret store"
        report.error(codes.SECRET_IN_CLEAR, path, f"{key} stands here in clear", hint=hint, line="withheld")
    elif "@" in text and _USER_IN_URL.match(text):
        hint = "name user and password in fields of their own, as secret://…"
        report.error(codes.SECRET_IN_CLEAR, path, f"{key} holds a password", hint=hint, line="withheld")
