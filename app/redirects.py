"""Reports that are not police work: closed with a word on which service to turn to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import Response
from app.context import UseCases
from app.deadlines import follow_status
from app.models import Report
from app.models.reports import TO_REDIRECT_SQL
from app.notices import Address, address_of
from app.outbox import enqueue_text
from app.phrases import phrase
from app.reports import SYSTEM, record, touch
from app.service_lookup import WHOLE_CITY, Found, ServiceFacts
from app.service_words import found_for, kind_for, words_of
from app.triage import BY_STAFF, BY_TEXT
from app.workflow import UNACKNOWLEDGED, Status

ASKED, TOLD, HELD = "asked", "told", "held"
PURPOSE = "redirect"
AT_ONCE = 100
# Whoever was sent to a service longer ago has called it by now.
FOLLOWED_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Redirection:
    """What a citizen is to be told.

    Attributes
    ----------
    services : tuple of ServiceFacts
    asks_place : bool
        True when it depends on the place, which is not known yet.
    is_open : bool
        True when the place leaves open which of several it is.
    """

    services: tuple[ServiceFacts, ...]
    asks_place: bool = False
    is_open: bool = False


def is_due(report: Report) -> bool:
    """Tell whether a report is to be sent on by itself: what staff decided is theirs."""
    return (
        report.response == Response.REDIRECT
        and not report.danger
        and report.category_by != BY_STAFF
        and report.reporter_id is not None
        and Status(report.status) in UNACKNOWLEDGED
        and report.redirect_state not in {TOLD, HELD}
    )


async def settle(session: AsyncSession, context: UseCases, report: Report) -> Redirection | None:
    """Close a report that is another service's work, or find that its place has to be known.

    Parameters
    ----------
    session, context
    report : Report
        Locked.

    Returns
    -------
    Redirection or None
        None when it stays with the police: it is theirs, or nobody else is known for it.
    """
    if not is_due(report):
        return None
    services = await context.services.get(session)
    kind = await kind_for(session, context, report)
    if not services.knows(kind) or await _may_be_police(session, context, report):
        report.redirect_state = HELD
        return None
    if report.place is None and services.depends_on_place(kind):
        report.redirect_state = ASKED
        return Redirection(services.everywhere(kind).services, asks_place=True)
    found = found_for(services, kind, report)
    if not found.services:
        report.redirect_state = HELD
        return None
    await _close(session, context, report, kind, found)
    return _of(found)


async def _may_be_police(session: AsyncSession, context: UseCases, report: Report) -> bool:
    """Tell whether any word speaks for police work as well: burning rubbish is not rubbish."""
    if report.category_by != BY_TEXT:
        return False
    rules = (await context.triage.get(session)).rules
    guesses = (report.triage or {}).get("guesses", ())
    known = (rules.by_code.get(each["category"]) for each in guesses)
    return any(each.police for each in known if each is not None)


def _of(found: Found) -> Redirection:
    is_open = found.reason != WHOLE_CITY and len(found.services) > 1
    return Redirection(found.services, is_open=is_open)


def _note(report: Report, kind: str, found: Found) -> dict[str, Any]:
    codes = [each.code for each in found.services]
    names = [dict(each.names) for each in found.services]
    report.redirect = {"kind": kind, "services": codes, "names": names, "reason": found.reason}
    return report.redirect


async def _close(
    session: AsyncSession, context: UseCases, report: Report, kind: str, found: Found
) -> None:
    now, before = context.clock(), Status(report.status)
    report.status = Status.REDIRECTED.value
    follow_status(report, before, now)
    report.closed_at = now
    report.redirect_state = TOLD
    note = _note(report, kind, found)
    touch(report, now)
    await record(
        session,
        report,
        kind="status",
        actor=SYSTEM,
        before={"status": before.value},
        after={"status": report.status, "redirect": note},
    )


def lines_of(redirection: Redirection, context: UseCases, language: str) -> list[str]:
    """Return what a citizen is told: that it is not for the police, and whom to turn to."""
    lines = [phrase(language, "redirect_lead")]
    if redirection.asks_place:
        lines.append(phrase(language, "redirect_ask"))
        if not redirection.services:
            return lines
        lines.append(phrase(language, "redirect_meanwhile"))
    elif redirection.is_open:
        lines.append(phrase(language, "redirect_several"))
    else:
        lines.append(phrase(language, "redirect_one"))
    return [*lines, "", *words_of(redirection.services, context, language)]


def buttons_of(report: Report, language: str) -> list[list[dict[str, str]]]:
    """Return the ways to say that it is the police's work after all."""
    return [
        [
            {
                "text": phrase(language, "redirect_police_button"),
                "callback_data": f"police:{report.number}",
            }
        ],
        [
            {
                "text": phrase(language, "danger_button"),
                "callback_data": f"sos:{report.number}",
            }
        ],
    ]


async def place_came(
    session: AsyncSession, context: UseCases, report: Report
) -> Redirection | None:
    """Find whether a report that was sent on belongs to others, now that its place is known.

    Returns
    -------
    Redirection or None
        None when its citizen knows already.
    """
    if report.redirect_state != TOLD or Status(report.status) is not Status.REDIRECTED:
        return None
    services = await context.services.get(session)
    kind = await kind_for(session, context, report)
    found = found_for(services, kind, report)
    before = report.redirect or {}
    if not found.services or set(before.get("services", ())) == {
        each.code for each in found.services
    }:
        return None
    note = _note(report, kind, found)
    touch(report, context.clock())
    await record(
        session,
        report,
        kind="redirected_anew",
        actor=SYSTEM,
        before={"redirect": before},
        after={"redirect": note},
    )
    return _of(found)


async def tell_redirects(session: AsyncSession, context: UseCases) -> int:
    """Send on what became another service's work by whatever way; return how many were told."""
    rows = await session.execute(
        select(Report)
        .where(
            text(TO_REDIRECT_SQL),
            ~Report.danger,
            Report.redirect_state.is_(None) | Report.place.is_not(None),
        )
        .order_by(Report.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    told = 0
    for report in rows.scalars():
        redirection = await settle(session, context, report)
        told += 1
        if redirection is not None:
            await _tell(session, context, report, redirection, "redirect_head")
    return told


async def follow_areas(session: AsyncSession, context: UseCases) -> int:
    """Tell those who were sent to a service lately that it is another one by the new areas."""
    rows = await session.execute(
        select(Report)
        .where(
            Report.redirect_state == TOLD,
            Report.status == Status.REDIRECTED.value,
            Report.closed_at > context.clock() - FOLLOWED_FOR,
        )
        .order_by(Report.id)
        .with_for_update()
    )
    told = 0
    for report in rows.scalars():
        redirection = await place_came(session, context, report)
        if redirection is not None:
            await _tell(session, context, report, redirection, "redirect_anew")
            told += 1
    return told


async def _tell(
    session: AsyncSession,
    context: UseCases,
    report: Report,
    redirection: Redirection,
    head: str,
) -> None:
    address = await address_of(session, report)
    if address is not None:
        words = [phrase(address.language, head, number=report.number)]
        words += lines_of(redirection, context, address.language)
        await _say(session, address, report, words)


async def _say(
    session: AsyncSession, address: Address, report: Report, lines: Sequence[str]
) -> None:
    buttons = {"inline_keyboard": buttons_of(report, address.language)}
    await enqueue_text(
        session,
        address.chat_id,
        "\n".join(lines),
        purpose=PURPOSE,
        report_id=report.id,
        markup=None if address.in_group else buttons,
        answer_to=address.answer_to,
        thread_id=address.thread_id,
    )
