"""What the bot says in a group: the number, and a way to go on in private; nothing else."""

import hashlib
import hmac
import string
from datetime import UTC, datetime

from app.bot.parts import Parts
from app.bot.work import Talk, Work
from app.group_outbox import Spot, enqueue_in_group
from app.group_rules import LINK_LASTS
from app.models import Report
from app.phrases import phrase
from app.workflow import CLOSED, Status

LINK = "p"
PROOF_LENGTH = 16
DIGITS = string.digits + string.ascii_lowercase
MINUTE_S = 60


def danger_lines(report: Report, language: str) -> list[str]:
    """Return what comes before all else where somebody's life is in danger."""
    return [phrase(language, "danger_now"), ""] if report.danger else []


async def registered(work: Work, talk: Talk, parts: Parts, report: Report) -> None:
    """Tell the number under the message, and let its author go on in private."""
    language = talk.language
    number = phrase(language, "registered", number=report.number)
    lines = [*danger_lines(report, language), number]
    if report.place is None:
        lines.append(phrase(language, "group_place" if talk.named else "group_place_here"))
    if not report.danger:
        lines.append(phrase(language, "danger"))
    short = [phrase(language, "danger_now"), number] if report.danger else [number]
    await _say(work, talk, parts, report, "registered", lines, short)


async def completed(work: Work, talk: Talk, parts: Parts, report: Report, *, alarmed: bool) -> None:
    """Confirm that something was added; where it is and who answers is not for everybody."""
    language = talk.language
    lines = danger_lines(report, language) if alarmed else []
    lines.append(phrase(language, "completed", number=report.number))
    await _say(work, talk, parts, report, "completed", lines, lines)


async def _say(
    work: Work,
    talk: Talk,
    parts: Parts,
    report: Report,
    purpose: str,
    lines: list[str],
    short: list[str],
) -> None:
    await enqueue_in_group(
        work.session,
        Spot(talk.chat.id, parts.message_id, parts.thread_id),
        "\n".join(lines),
        purpose=purpose,
        report_id=report.id,
        buttons=_buttons(work, talk, report),
        short="\n".join(short),
    )


def _buttons(work: Work, talk: Talk, report: Report) -> list[list[dict[str, str]]]:
    # Only of a person can be told afterwards that it was they who wrote.
    if not talk.named or Status(report.status) in CLOSED:
        return []
    key = "group_button" if report.place is None else "group_follow_button"
    words = phrase(talk.language, key, number=report.number)
    link = f"https://t.me/{work.bot_username}?start={link_to(work, report.number)}"
    return [[{"text": words, "url": link}]]


def link_to(work: Work, number: str) -> str:
    """Return the deep link's payload by which the author goes on with a report, for a while."""
    until = _in_digits(int((work.now + LINK_LASTS).timestamp()) // MINUTE_S)
    return f"{LINK}_{number}_{until}_{_proof(work, number, until)}"


def number_in(work: Work, payload: str) -> str | None:
    """Return whose deep link a payload is; None when it is none of ours, or too old."""
    parts = payload.split("_")
    if len(parts) != 4 or parts[0] != LINK:  # noqa: PLR2004 - as `link_to` makes it
        return None
    _, number, until, proof = parts
    if not hmac.compare_digest(proof.encode(), _proof(work, number, until).encode()):
        return None
    ends = datetime.fromtimestamp(int(until, len(DIGITS)) * MINUTE_S, UTC)
    return number if work.now < ends else None


def _in_digits(number: int) -> str:
    found = ""
    while number:
        number, rest = divmod(number, len(DIGITS))
        found = DIGITS[rest] + found
    return found


def _proof(work: Work, number: str, until: str) -> str:
    key = work.sealer.lookup(0)
    words = f"place {number} until {until}"
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()[:PROOF_LENGTH]
