"""The built screens, shipped in the wheel: files with hashed names for ever, the page itself with a fresh nonce."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

FOLDER: Final = Path(__file__).parent / "_static"
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


async def page_or_file(request: Request) -> Response:
    """A built file by its path, else the page: the screens have their own addresses."""
    path = request.url.path.lstrip("/")
    if path.startswith("api/"):
        raise HTTPException(404)
    file = (FOLDER / path).resolve()
    if path and file.is_file() and file.is_relative_to(FOLDER.resolve()) and file.name != "index.html":
        hashed = path.startswith("assets/")
        cache = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return FileResponse(file, headers={"cache-control": cache})
    if "." in Path(path).name:
        return PlainTextResponse("not found\n", status_code=404)
    index = FOLDER / "index.html"
    if not index.is_file():
        return PlainTextResponse(NOT_BUILT, status_code=503)
    nonce = secrets.token_urlsafe(18)
    body = index.read_text(encoding="utf-8").replace(NONCE_PLACE, nonce)
    headers = {"content-security-policy": content_security_policy(nonce), "cache-control": "no-store"}
    return HTMLResponse(body, headers=headers)
