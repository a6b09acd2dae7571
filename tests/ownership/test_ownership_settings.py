"""How an installation is reached: nothing travels in the clear beyond this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovetail.core.errors import ConfigError
from dovetail.ownership.settings import Settings, from_environment, is_loopback


@pytest.mark.parametrize(
    "host, loopback",
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("plant", False),
    ],
)
def test_what_counts_as_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "mes.plant.example"])
def test_plain_http_beyond_this_machine_is_refused(host: str) -> None:
    with pytest.raises(ConfigError, match="plain HTTP is only for this machine itself"):
        Settings(host=host).check()


def test_tls_or_a_declared_proxy_opens_other_addresses(tmp_path: Path) -> None:
    cert, key = tmp_path / "c.pem", tmp_path / "k.pem"
    cert.touch()
    key.touch()
    Settings(host="10.1.2.3", tls_cert=cert, tls_key=key).check()
    Settings(host="10.1.2.3", behind_proxy="10.1.2.4").check()
    with pytest.raises(ConfigError, match="a certificate and its key"):
        Settings(tls_cert=cert).check()
    with pytest.raises(ConfigError, match="does not exist"):
        Settings(tls_cert=cert, tls_key=tmp_path / "none.pem").check()


def test_the_environment_speaks_and_the_command_line_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOVETAIL_PORT", "9000")
    monkeypatch.setenv("DOVETAIL_DATA", "/srv/dovetail")
    assert from_environment(port=None, data=None).port == 9000
    assert from_environment(port=9100).port == 9100
    assert from_environment().data == Path("/srv/dovetail")
    monkeypatch.setenv("DOVETAIL_PORT", "ninety")
    with pytest.raises(ConfigError, match="DOVETAIL_PORT='ninety'"):
        from_environment()


def test_a_server_answers_to_the_names_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOVETAIL_NAMES", "MES.plant.example, mes")
    assert from_environment(host="0.0.0.0").hosts == {"localhost", "127.0.0.1", "::1", "mes.plant.example", "mes"}
    assert "other" in from_environment(names=("other",)).hosts
