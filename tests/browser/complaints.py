"""What a page complains of while a person uses it: console errors, uncaught errors, refused content."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Page

LISTEN_FOR_REFUSALS = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`refused by policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@dataclass
class Complaints:
    """Everything a page said on its console at the level of an error or a warning, and what it did not catch."""

    heard: list[str] = field(default_factory=list[str])

    def listen(self, page: Page) -> Complaints:
        """Hear a page from now on; before its first address."""
        page.add_init_script(LISTEN_FOR_REFUSALS)
        page.on("console", lambda message: self._hear(message.type, f"{message.text} {message.location['url']}"))
        page.on("pageerror", lambda error: self.heard.append(f"uncaught: {error}"))
        return self

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.heard.append(f"{kind}: {text}")

    def forget(self) -> None:
        """What was heard up to now was provoked by the test."""
        self.heard.clear()

    def forget_when_heard(self, page: Page, words: str) -> None:
        """The same, of a complaint that has to come: the browser may say it after the page has."""
        while not any(words in one for one in self.heard):
            page.wait_for_event("console", predicate=lambda message: words in message.location["url"])
        self.forget()
