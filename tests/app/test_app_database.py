"""A service that starts before its database waits for it; a person who starts one is told at once why it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovetail.app import server
from dovetail.app.server import await_records
from dovetail.core import limits
from dovetail.core.errors import LinkError
from dovetail.ownership.settings import Settings

NOBODY = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def test_who_does_not_wait_is_told_why(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match=r"does not answer: .*refused") as refused:
        await_records(Settings(data=tmp_path, database_url=NOBODY), patience_s=0.0)
    assert (refused.value.code, "DOVETAIL_DATABASE_URL" in str(refused.value.hint)) == ("records-away", True)
    assert list(tmp_path.iterdir()) == []


def test_a_service_waits_until_the_database_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limits, "RECORDS_LOOK_S", 0.0)
    answers = iter([LinkError("away"), LinkError("away"), None])
    monkeypatch.setattr(server, "_away", lambda _database: next(answers))
    await_records(Settings(data=tmp_path, database_url=NOBODY), patience_s=60.0)
    assert [record.message for record in caplog.records] == ["away: away; waiting up to 60 s for it"]
    assert next(answers, "nothing more was asked") == "nothing more was asked"


def test_records_in_files_are_not_waited_for(tmp_path: Path) -> None:
    await_records(Settings(data=tmp_path / "none"), patience_s=0.0)
    assert not (tmp_path / "none").exists()
