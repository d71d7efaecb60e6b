"""Every word of the page, in every language."""

import re
from typing import Any

from playwright.async_api import Page

from app.web.files import STATIC
from tests.browser.conftest import NO_WEBGL, Browsing

LOAD = "async (name) => (await import(`/static/i18n/${name}.mjs`)).default"
# Beside the common words, those of one page.
PARTS = sorted(
    {path.stem.removesuffix("uk") for path in (STATIC / "i18n").glob("*uk.mjs")}, key=len
)


async def words_of(page: Page, language: str) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for part in PARTS:
        more = dict(await page.evaluate(LOAD, f"{part}{language}"))
        assert not words.keys() & more.keys()
        words |= more
    return words


def values_named(entry: object) -> set[str]:
    texts = entry.values() if isinstance(entry, dict) else [entry]
    return {name for text in texts for name in re.findall(r"\{(\w+)\}", str(text))}


async def test_every_language_says_the_same_things(browsing: Browsing) -> None:
    page = await browsing.open(None, arguments=NO_WEBGL)
    first = await words_of(page, "uk")
    for language in ("ru", "en"):
        words = await words_of(page, language)
        assert words.keys() == first.keys()
        for key, entry in first.items():
            assert values_named(words[key]) == values_named(entry), (language, key)
            assert isinstance(words[key], dict) == isinstance(entry, dict), (language, key)


async def test_every_word_the_page_uses_exists(browsing: Browsing) -> None:
    page = await browsing.open(None, arguments=NO_WEBGL)
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in STATIC.rglob("*.mjs")
        if "vendor" not in path.parts and "i18n" not in path.parts
    )
    templates = "\n".join(
        path.read_text(encoding="utf-8") for path in (STATIC.parent / "templates").glob("*.html")
    )
    used = set(re.findall(r"\bt\('([a-z_.]+)'", source))
    used |= set(re.findall(r'data-t(?:-label|-title)?="([a-z_.]+)"', templates))
    assert len(used) > 100
    assert used - (await words_of(page, "uk")).keys() == set()
