"""The built screens, shipped in the wheel: files with hashed names for ever, the page itself with a fresh nonce.

They are held in memory, packed once: two and a half megabytes become one for a tablet on the shop floor's radio.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

FOLDER: Final = Path(__file__).parent / "_static"
HELD_MAX: Final = 512  # files in memory; the screens are some hundred and twenty
REFUSED: Final = re.compile(r";\s*q=0(\.0*)?\s*$")  # "gzip;q=0": anything but that
PACK_BYTES_MIN: Final = 1_000  # smaller ones fit a packet anyway
NONCE_PLACE: Final = "__CSP_NONCE__"
NOT_BUILT: Final = "The screens are not built yet. From a checkout: make ui. The API answers under /api/v1.\n"


def content_security_policy(nonce: str) -> str:
    """Scripts and styles only from us or with this page's nonce; nothing else, nobody may frame it."""
    own = f"'self' 'nonce-{nonce}'"
    return (
        f"default-src 'none'; script-src {own}; style-src {own}; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


@dataclass(frozen=True, slots=True)
class Held:
    """A file of the screens as it is sent; `packed` where that is worth it."""

    media_type: str
    tag: str
    plain: bytes
    packed: bytes | None


@lru_cache(maxsize=HELD_MAX)
def _held(file: Path, _changed_ns: int) -> Held:
    """Read and packed once, and once more when a checkout builds it anew."""
    plain = file.read_bytes()
    packed = gzip.compress(plain, mtime=0) if len(plain) >= PACK_BYTES_MIN else plain
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    tag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
    return Held(media_type, tag, plain, packed if len(packed) < len(plain) * 0.9 else None)


def _sent(request: Request, held: Held, cache: str) -> Response:
    headers = {"cache-control": cache, "etag": held.tag, "vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == held.tag:
        return Response(status_code=304, headers=headers)
    words = request.headers.get("accept-encoding", "").lower().split(",")
    takes = {word.partition(";")[0].strip() for word in words if not REFUSED.search(word)}
    if held.packed is None or "gzip" not in takes:
        return Response(held.plain, media_type=held.media_type, headers=headers)
    return Response(held.packed, media_type=held.media_type, headers={**headers, "content-encoding": "gzip"})


async def page_or_file(request: Request) -> Response:
    """A built file by its path, else the page: the screens have their own addresses."""
    path = request.url.path.lstrip("/")
    if path.startswith("api/"):
        raise HTTPException(404)
    file = (FOLDER / path).resolve()
    if path and file.is_file() and file.is_relative_to(FOLDER.resolve()) and file.name != "index.html":
        hashed = path.startswith("assets/")
        cache = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return _sent(request, _held(file, file.stat().st_mtime_ns), cache)
    if "." in Path(path).name:
        return PlainTextResponse("not found\n", status_code=404)
    index = FOLDER / "index.html"
    if not index.is_file():
        return PlainTextResponse(NOT_BUILT, status_code=503)
    nonce = secrets.token_urlsafe(18)
    body = index.read_text(encoding="utf-8").replace(NONCE_PLACE, nonce)
    headers = {"content-security-policy": content_security_policy(nonce), "cache-control": "no-store"}
    return HTMLResponse(body, headers=headers)
