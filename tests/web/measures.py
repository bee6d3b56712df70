"""Whether a page is as large as its mode promises, by its computed styles."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

# CSS pixels. Elder mode: 工信部《移动互联网应用(APP)适老化通用设计规范》, text of 18, targets of 60, lines of 1.3 times the text.
# Contrast is for axe to judge. In standard mode words that explain may be smaller than the main text.
FIGURES = {
    "standard": {"text": 13, "target": 44, "line": 1.3},
    "elder": {"text": 18, "target": 60, "line": 1.3},
}
_ROUNDING = 0.5

# A target inside a line of text is exempt, as everywhere; of a field and of a choice the whole row is the target.
_MEASURE = """
(figures) => {
  const TARGETS = 'button, a[href], input, textarea, select, summary, [role=button], [role=tab], [role=radio], [role=checkbox]'
  const ROWS = 'label, .van-cell, .van-radio, .van-checkbox'
  const isShown = (element) => {
    const style = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    const isThere = box.width > 1 && box.height > 1 && box.right > 0
    return isThere && style.visibility !== 'hidden' && style.opacity !== '0' && !element.closest('[aria-hidden=true], .skip')
  }
  const said = (element, what) => {
    const words = (element.innerText || element.ariaLabel || '').trim().slice(0, 24)
    return `${element.tagName.toLowerCase()}.${element.className} ${words}: ${what}`
  }
  const found = { too_wide: [], small_text: [], narrow_lines: [], small_targets: [] }

  if (document.documentElement.scrollWidth > window.innerWidth) found.too_wide.push(document.documentElement.scrollWidth)

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement
    if (texts.currentNode.data.trim() === '' || !isShown(element)) continue
    const style = getComputedStyle(element)
    const size = parseFloat(style.fontSize)
    if (size < figures.text) found.small_text.push(said(element, `${size} px`))
    const range = document.createRange()
    range.selectNodeContents(texts.currentNode)
    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)))
    const isNarrow = lines.size > 1 && parseFloat(style.lineHeight) / size < figures.line
    if (isNarrow) found.narrow_lines.push(said(element, `${style.lineHeight} of ${size} px`))
  }

  for (const element of document.querySelectorAll(TARGETS)) {
    const target = element.closest(ROWS) ?? element
    const isAlone = target.parentElement.innerText.trim() === target.innerText.trim()
    if (!isShown(target) || (getComputedStyle(target).display === 'inline' && !isAlone)) continue
    const { width, height } = target.getBoundingClientRect()
    const isSmall = Math.min(width, height) < figures.target
    if (isSmall) found.small_targets.push(said(target, `${Math.round(width)} x ${Math.round(height)}`))
  }
  return found
}
"""


def measure(page: Page) -> dict[str, Any]:
    """What is smaller than it has to be, and whether something is wider than the screen."""
    figures = FIGURES[page.evaluate("document.documentElement.dataset.mode")]
    found: dict[str, Any] = page.evaluate(_MEASURE, {**figures, "target": figures["target"] - _ROUNDING})
    return found
