"""The log at the front: numbers are given once, and a consumer reads on from its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovetail.chunkstore.files import Files
from dovetail.headlog.head import Head, Write


def test_a_number_is_given_once_though_all_rows_have_gone(tmp_path: Path) -> None:
    head = Head(Files(tmp_path).head)
    head.append(Write([(1, b"a"), (1, b"b"), (1, b"c")], {}, {}))
    head.seal(3)
    assert head.release(3, rows_max=10) == 3
    head.close()
    again = Head(Files(tmp_path).head)
    again.append(Write([(1, b"d")], {}, {}))
    assert again.rows(0, None) == [(4, b"d")]
    again.close()


def test_numbers_that_somebody_knows_are_never_given_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    head = Head(Files(tmp_path).head)
    head.append(Write([(1, b"a"), (1, b"b")], {}, {}))
    head.given(2, "states")
    assert caplog.records == []
    assert head.consumer_at("states", 5) == 5
    assert "knows rows up to 5, and there are none after 2" in caplog.text
    head.append(Write([(1, b"c")], {}, {}))
    assert head.rows(2, None) == [(6, b"c")]
    head.close()
    again = Head(Files(tmp_path).head)
    assert again.last_id == 6
    again.close()
