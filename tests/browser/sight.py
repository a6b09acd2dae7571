"""What a person at a screen would complain of: it scrolls, words are cut off, a glove misses, axe stumbles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import pytest
from playwright.sync_api import Page, ViewportSize
from screens import UI

import shortcuts

PANEL, WALL = ViewportSize(width=1024, height=768), ViewportSize(width=1920, height=1080)
PHONE = ViewportSize(width=390, height=844)
FINGER_PX, GLOVE_PX = 64, 110  # an operator's screens, and the station
THUMB_PX = 44  # on a phone
AXE = UI / "node_modules" / "axe-core" / "axe.min.js"
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci --prefix ui")
ROWS = 12  # of a table, and a list: those below are of the same markup; the long form looks at all
ALIKE = () if shortcuts.IS_LONG else (f"tbody > tr:nth-child(n+{ROWS + 1})", f"[role=row]:nth-child(n+{ROWS + 1})")
RUN_AXE = """
exclude => axe.run({ include: document.querySelector('[role=dialog]') ?? document, exclude },
  { resultTypes: ['violations'], preload: false })  // loaded anew are only sounds, and we have none
  .then(found => found.violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ')}`))
"""
SCROLLS = """
() => [...document.querySelectorAll('html, body, main, main section, main header, main ul, main li, [role=dialog]')]
  .filter(box => box.scrollHeight > Math.min(box.clientHeight, innerHeight) + 1)
  .map(box => `${box.tagName}.${box.className} ${box.scrollHeight} > ${box.clientHeight}`)
"""
CUT_OFF = """
() => { const within = document.querySelector('[role=dialog]') ?? document.querySelector('main');
  const says = one => [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const hides = box => getComputedStyle(box).overflow !== 'visible';
  const outside = (words, box) => words.right > box.right + 1 || words.bottom > box.bottom + 1
    || words.left < box.left - 1 || words.top < box.top - 1;
  return [...within.querySelectorAll('*')]
    .filter(one => says(one) && one.checkVisibility() && !one.closest('.visually-hidden, option'))
    .filter(one => { const words = one.getBoundingClientRect();
      const slack = parseFloat(getComputedStyle(one).fontSize) * 0.3;  // letters need less than their font's line
      const clipped = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + slack;
      if (hides(one) && clipped) return true;
      if (outside(words, { left: 0, top: 0, right: innerWidth, bottom: innerHeight })) return true;
      for (let box = one.parentElement; box && box !== within; box = box.parentElement)
        if (hides(box) && outside(words, box.getBoundingClientRect())) return true;
      return false; })
    .map(one => one.textContent.trim().slice(0, 80)); }
"""
NUMBERS = """
() => { const found = [], walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const outside = 'button, a, time, input, label, svg, code, h1, h2, h3, th, caption, [role=dialog]';
  while (walk.nextNode()) { const text = walk.currentNode.data.trim(), holder = walk.currentNode.parentElement;
    if (!/\\d/.test(text) || !holder.checkVisibility() || holder.closest(outside)) continue;
    const cell = holder.closest('[data-testid^=pace-], [data-testid=board-plan]');
    if (cell?.querySelector('[data-opens]')) continue;  // it stands beside what opens
    const within = []; for (let one = holder; one; one = one.parentElement) within.push(one.dataset?.testid ?? '');
    found.push([text, within.filter(Boolean)]); }
  return found; }
"""
OPENED_BY_THE_ROW = {"cause-row", "stop-row", "segment-row", "lost", "course-row", "big-loss", "cause-pieces", "slow"}
NO_FIGURE = {
    "shift", "since", "board-shift", "pace-settled", "board-signed", "board-reopened",  # when
    "rate", "strip-hours", "job", "pace-job", "rows-shown", "cycle-axis",  # what was set, and what an order says
}  # fmt: skip
RUNNING = "counter-"  # a clock beside a state: since when it says itself
NAME = re.compile(r"[A-Z]{2,}-\d+|ISO [\w .:-]+")  # of an order, of a standard
TARGETS = """
within => [...(document.querySelector('[role=dialog]') ?? document.querySelector(within))
    .querySelectorAll('a, button, input, label:has(input)')]
  .map(one => ({ name: one.dataset.testid ?? one.textContent, box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.width > 1).map(({ name, box }) => [name, Math.round(box.width), Math.round(box.height)])
"""


@cache
def axe() -> str:
    """Its source."""
    return AXE.read_text(encoding="utf-8")


def scrolls(page: Page) -> list[str]:
    """What does not fit into the screen."""
    return page.evaluate(SCROLLS)


def cut_off(page: Page) -> list[str]:
    """Words of which a part cannot be seen."""
    return page.evaluate(CUT_OFF)


def small(page: Page, least_px: int, *, within: str = "main", but: Iterable[str] = ()) -> list[list[object]]:
    """What a finger would miss: targets under this height or width."""
    targets = page.evaluate(TARGETS, within)
    return [target for target in targets if min(target[1], target[2]) < least_px and target[0] not in but]


def unexplained(page: Page, names: Iterable[str]) -> list[str]:
    """Figures that nothing opens: neither they themselves, nor the row in which they stand. `names`: of the plant."""
    found = {
        text: within
        for text, within in page.evaluate(NUMBERS)
        if not any(name in text for name in names if name) and not NAME.fullmatch(text)
    }
    return [
        f"{within[:1]}: {text}"
        for text, within in found.items()
        if not OPENED_BY_THE_ROW.intersection(within)
        and not NO_FIGURE.intersection(within)
        and not any(one.startswith(RUNNING) for one in within)
    ]


def stumbles(page: Page) -> list[str]:
    """What axe finds serious or critical on the page, or in the dialog over it."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe())
    return page.evaluate(RUN_AXE, list(ALIKE))


def look(page: Page, *, least_px: int, but: Iterable[str] = ()) -> None:
    """Fail with every complaint about the screen, or the dialog over it, as it stands now."""
    page.evaluate("document.fonts.ready")
    heard = {
        "scrolls": scrolls(page),
        "cut off": cut_off(page),
        f"under {least_px} px": small(page, least_px, but=but),
        "axe": stumbles(page),
    }
    complaints = {name: found for name, found in heard.items() if found}
    assert not complaints, complaints
