"""Formatted text: Telegram's HTML in, plain text with entities out."""

import html
import re
from typing import Any

from app.emulator.errors import bad_request

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}
_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]*)?)>|<|&(?:#\d+|#x[0-9a-fA-F]+|\w+);")
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_KNOWN_REFERENCES = ("&lt;", "&gt;", "&amp;", "&quot;", "&#")
_TYPED = re.compile(
    r"(?P<bot_command>(?<![\w/])/[a-zA-Z0-9_]{1,32}(?:@\w+)?)"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|(?P<mention>(?<!\w)@\w{4,32})"
    r"|(?P<hashtag>(?<!\w)#\w+)"
)


def length(text: str) -> int:
    """Measure text as Telegram does, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def typed(text: str) -> list[dict[str, Any]]:
    """Find what Telegram marks in plain text: commands, links, mentions, hashtags."""
    return [
        {
            "type": str(found.lastgroup),
            "offset": length(text[: found.start()]),
            "length": length(found.group()),
        }
        for found in _TYPED.finditer(text)
    ]


def formatted(
    text: str, parse_mode: str | None, given: list[dict[str, Any]] | None
) -> tuple[str, list[dict[str, Any]]]:
    """Turn what a bot sends into text and entities.

    Parameters
    ----------
    text
        As sent, perhaps with tags.
    parse_mode
        ``HTML`` or none; Markdown is not spoken here.
    given
        Entities that came with the text.

    Returns
    -------
    tuple
        Plain text and its entities, offsets in UTF-16 code units.

    Raises
    ------
    BotApiError
        400, when the text cannot be parsed.
    """
    if not parse_mode:
        plain, entities = text, list(given or [])
    elif parse_mode.lower() == "html":
        plain, entities = _parse_html(text)
    elif parse_mode.lower() in {"markdown", "markdownv2"}:
        raise bad_request("can't parse entities: this emulator speaks HTML only")
    else:
        raise bad_request("unsupported parse_mode")
    entities += [
        entity
        for entity in typed(plain)
        if not any(
            other["offset"] < entity["offset"] + entity["length"]
            and entity["offset"] < other["offset"] + other["length"]
            for other in entities
        )
    ]
    return plain, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _parse_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    out: list[str] = []
    units = 0
    opened: list[tuple[str, int, dict[str, Any]]] = []
    entities: list[dict[str, Any]] = []

    def put(piece: str) -> None:
        nonlocal units
        out.append(piece)
        units += length(piece)

    at = 0
    for found in _TOKEN.finditer(text):
        put(text[at : found.start()])
        at = found.end()
        token = found.group()
        if token.startswith("&"):
            put(html.unescape(token) if token.startswith(_KNOWN_REFERENCES) else token)
            continue
        place = len(text[: found.start()].encode())
        if token == "<":  # noqa: S105 - a bracket
            raise bad_request(
                f'can\'t parse entities: Unsupported start tag "" at byte offset {place}'
            )
        closing, tag = bool(found.group(1)), found.group(2).lower()
        if closing:
            _close(tag, opened, entities, units, place)
        else:
            opened.append((tag, units, _attributes(tag, found.group(3), place)))
    put(text[at:])
    if opened:
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\""
        )
    return "".join(out), entities


def _attributes(tag: str, attributes: str, place: int) -> dict[str, Any]:
    if tag not in _TAGS and tag != "span":
        raise bad_request(
            f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {place}'
        )
    href = _HREF.search(attributes) if tag == "a" else None
    if href is None:
        return {}
    return {"url": html.unescape(next(group for group in href.groups() if group is not None))}


def _close(
    tag: str,
    opened: list[tuple[str, int, dict[str, Any]]],
    entities: list[dict[str, Any]],
    units: int,
    place: int,
) -> None:
    if not opened or opened[-1][0] != tag:
        expected = opened[-1][0] if opened else ""
        raise bad_request(
            f"can't parse entities: Unmatched end tag at byte offset {place},"
            f' expected "</{expected}>", found "</{tag}>"'
        )
    _, start, extra = opened.pop()
    kind = _TAGS.get(tag, "spoiler")
    if units > start and (kind != "text_link" or extra):
        entities.append({"type": kind, "offset": start, "length": units - start, **extra})
