"""Samples stay where they are; only a new installation is asked where it wants them."""

from __future__ import annotations

import pytest

from dovetail.core.errors import ConfigError
from dovetail.upkeep.whereabouts import decide

LITE, SERVER = "sqlite", "postgresql"


@pytest.mark.parametrize(
    ("records", "wanted", "in_files", "in_server", "expected"),
    [
        # records  wanted       files   server  where
        (LITE, None, False, False, "files"),
        (LITE, "files", True, False, "files"),
        (SERVER, None, False, False, "postgresql"),  # a new installation: beside its records
        (SERVER, "files", False, False, "files"),
        (SERVER, None, True, False, "files"),  # begun before PostgreSQL could: it goes on so
        (SERVER, None, False, True, "postgresql"),
        (SERVER, "postgresql", False, True, "postgresql"),
    ],
)
def test_where_samples_lie(records: str, wanted: str | None, in_files: bool, in_server: bool, expected: str) -> None:
    assert decide(records=records, wanted=wanted, in_files=in_files, in_server=in_server) == expected


@pytest.mark.parametrize(
    ("records", "wanted", "in_files", "in_server", "code"),
    [
        (LITE, "postgresql", False, False, "samples-where"),
        (SERVER, "clay", False, False, "samples-where"),
        (SERVER, None, True, True, "samples-twice"),
        (SERVER, "files", True, True, "samples-twice"),
        (SERVER, "postgresql", True, False, "samples-elsewhere"),  # else it would look like a plant without a past
        (SERVER, "files", False, True, "samples-elsewhere"),
    ],
)
def test_nothing_is_left_lying(records: str, wanted: str | None, in_files: bool, in_server: bool, code: str) -> None:
    with pytest.raises(ConfigError) as refused:
        decide(records=records, wanted=wanted, in_files=in_files, in_server=in_server)
    assert refused.value.code == code
