"""The file of the records is no database any more, or its pages do not fit: a sentence that says who can mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovetail.core.bus import Bus
from dovetail.core.errors import LinkError
from dovetail.core.scope import Actor
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock


@pytest.fixture(scope="module")
def quickly() -> None:
    """Engines as they are in production, not those that tests share."""


@pytest.mark.parametrize("at", [0, 18, 100], ids=["no database", "of another form", "pages that do not fit"])
def test_records_that_a_disk_has_spoilt_are_told_with_who_can_mend_them(
    tmp_path: Path, clock: ManualClock, at: int
) -> None:
    file = tmp_path / "records.db"
    made = Database(f"sqlite:///{file}", clock=clock, bus=Bus())
    made.create_for_tests()
    made.close()
    written = bytearray(file.read_bytes())
    written[at : at + 512] = b"\xa5" * 512
    file.write_bytes(bytes(written))
    spoilt = Database(f"sqlite:///{file}", clock=clock, bus=Bus())
    for take in (spoilt.read, lambda: spoilt.write(Actor("system", "test"))):
        with pytest.raises(LinkError, match="the records cannot be read") as told, take() as reading:
            reading.known_now()
        assert (told.value.code, "dovetail restore" in str(told.value.hint)) == ("records-damaged", True)
    spoilt.close()
