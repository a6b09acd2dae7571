"""What the tab shows when a browser test fails: what cannot be brought about again still says where it stood."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Error, Page

WORDS_MAX: Final = 3_000
SEEN: Final = """
() => [
  location.href,
  'the keyboard is at ' + (document.activeElement?.outerHTML ?? 'nothing').slice(0, 200),
  ...[...document.querySelectorAll('[role=dialog], [role=menu], [role=status]')]
    .map((one) => `${one.role}: ${one.innerText}`),
  document.querySelector('main')?.innerText ?? document.body.innerText,
].map((words) => words.replaceAll(/\\s*\\n\\s*/g, ' | ')).join('\\n')
"""


def seen(page: Page) -> str:
    """The address, where the keyboard is, what is open and what is written; why not, where the tab is gone."""
    try:
        return str(page.evaluate(SEEN))[:WORDS_MAX]
    except Error as gone:
        return f"the tab does not answer: {gone.message}"
