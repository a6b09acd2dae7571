"""The built screens as they are sent: packed for who takes it, kept by browsers, nothing from beside their folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Route

from dovetail.web import static

SCRIPT = "export const filler = 1;\n" * 200


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    screens = tmp_path / "screens"
    (screens / "assets").mkdir(parents=True)
    (screens / "assets" / "line-abc.js").write_text(SCRIPT)
    (screens / "assets" / "dot-abc.svg").write_text("<svg/>")
    (screens / "manifest.json").write_text("{}")
    (screens / "index.html").write_text(f"<script nonce={static.NONCE_PLACE}></script>")
    (tmp_path / "vault.key").write_text("not for the world")
    monkeypatch.setattr(static, "FOLDER", screens)
    return screens


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[Route("/{path:path}", static.page_or_file)])) as opened:
        yield opened


@pytest.mark.parametrize(
    "file, takes, encoding",
    [
        ("assets/line-abc.js", "gzip, deflate, br", "gzip"),
        ("assets/line-abc.js", "br;q=1.0, GZIP;q=0.5", "gzip"),
        ("assets/line-abc.js", "gzip;q=0", None),
        ("assets/line-abc.js", "gzip; q=0.000, br", None),
        ("assets/line-abc.js", "identity", None),
        ("assets/dot-abc.svg", "gzip", None),  # smaller than its packing
    ],
)
def test_a_file_is_packed_for_who_takes_it(
    client: TestClient, folder: Path, file: str, takes: str, encoding: str | None
) -> None:
    answer = client.get(f"/{file}", headers={"accept-encoding": takes})
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == (folder / file).read_bytes()


@pytest.mark.parametrize(
    "file, cache",
    [("assets/line-abc.js", "public, max-age=31536000, immutable"), ("manifest.json", "no-cache")],
)
def test_a_file_that_the_browser_has_is_not_sent_again(client: TestClient, file: str, cache: str) -> None:
    first = client.get(f"/{file}")
    again = client.get(f"/{file}", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, first.headers["cache-control"]) == (200, cache)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


def test_what_is_built_anew_is_sent_anew(client: TestClient, folder: Path) -> None:
    first = client.get("/manifest.json")
    (folder / "manifest.json").write_text('{"name": "Dovetail"}')
    os.utime(folder / "manifest.json", (1, 1))
    second = client.get("/manifest.json", headers={"if-none-match": first.headers["etag"]})
    assert second.json() == {"name": "Dovetail"}


@pytest.mark.parametrize("path", ["/../vault.key", "/%2e%2e/vault.key", "/assets/..%2f..%2fvault.key", "/gone.js"])
def test_nothing_beside_the_folder_is_sent(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert "not for the world" not in answer.text
    assert answer.status_code == 404


def test_every_page_has_a_nonce_of_its_own(client: TestClient) -> None:
    first, second = client.get("/line/7"), client.get("/line/7")
    nonce = first.text.split("nonce=")[1].split(">")[0]
    assert f"'nonce-{nonce}'" in first.headers["content-security-policy"]
    assert first.text != second.text
    assert first.headers["cache-control"] == "no-store"
