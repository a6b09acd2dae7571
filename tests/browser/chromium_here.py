"""The Chromium of this machine, as it looks at the plant's screens: quiet, without a window, with no profile kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Final

from playwright.sync_api import BrowserContext

# The engine without the desk around it comes first: the same pages for half the work.
NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


type SignedIn = Callable[..., BrowserContext]  # an empty profile with the visitor in it; options as of `Profiles.take`


def installed() -> str | None:
    """Its path, or None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)
