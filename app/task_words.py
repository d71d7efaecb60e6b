"""A report as those who answer for it read it in Telegram, and what they can press under it."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import TOP_PRIORITY, UNSORTED
from app.context import UseCases
from app.deadlines import counting, due_now
from app.models import Report, ReportEvent
from app.notices import district_words, owner_words
from app.phrases import counted, phrase
from app.workflow import CLOSED, UNACKNOWLEDGED, Status, may_change

TEXT_SHOWN = 2_000
ANSWERS_SHOWN = 3
ANSWER_LENGTH = 300
ANSWERED = "answered"
STEPS = {
    "ack": Status.ACKNOWLEDGED,
    "go": Status.EN_ROUTE,
    "there": Status.ON_SCENE,
    "done": Status.RESOLVED,
}

Buttons = list[list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Told:
    """A message to an officer or a desk: its text and buttons."""

    text: str
    buttons: Buttons

    def payload(self) -> dict[str, Any]:
        """Return the parameters of a call that sends or edits it."""
        return {
            "text": self.text,
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {"inline_keyboard": self.buttons},
        }


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is told: an officer, or a desk in its group."""

    officer_id: int | None = None
    desk: str | None = None

    def answers_for(self, report: Report) -> bool:
        """Tell whether the report is theirs."""
        if self.officer_id is not None:
            return report.assigned_officer_id == self.officer_id
        return report.assigned_desk == self.desk

    def buttons(self, report: Report, language: str) -> Buttons:
        """Return what they can do with a report of theirs, two buttons a row."""
        status = Status(report.status)
        deeds = [deed for deed, step in STEPS.items() if may_change(status, step)]
        # A desk is the last to answer: it gives a report to somebody by name, on the page.
        if self.desk is None and (status in UNACKNOWLEDGED or may_change(status, Status.QUEUED)):
            deeds.append("no")
        if report.reporter_id is not None or report.members:
            deeds.append("reply")
        kind = "task" if self.desk is None else "desk"
        row = [
            {
                "text": phrase(language, f"task_{deed}"),
                "callback_data": f"{kind}:{deed}:{report.number}",
            }
            for deed in deeds
        ]
        return [row[start : start + 2] for start in range(0, len(row), 2)]


async def told_of(
    session: AsyncSession, context: UseCases, report: Report, reader: Reader, language: str
) -> Told:
    """Return what is true of a report for a reader now."""
    over = await _over(session, context, report, reader, language)
    if over is not None:
        return Told(over, [])
    status = phrase(language, f"word_{report.status}")
    codes = [code for code in (report.precinct_code, report.beat_code) if code]
    words = await district_words(
        session, context.index_cache, report.boundary_set_id, codes, language
    )
    where = ", ".join(words[code].name for code in codes if code in words)
    lines = [
        *_urgency(report, language),
        phrase(language, "task_new", number=report.number, status=status),
        phrase(
            language, "task_when", time=_clock(report.received_at, context.timezone), district=where
        ),
    ]
    category = (await context.triage.get(session)).rules.by_code.get(report.category)
    if category is not None and category.code != UNSORTED:
        lines.append(f"🏷 {category.name(language)}")
    deadline, due_at = counting(Status(report.status)), due_now(report)
    if deadline is not None and due_at is not None:
        time = _clock(due_at, context.timezone)
        lines.append(phrase(language, f"task_by_{deadline}", time=time))
    if report.people > 1:
        lines.append(counted(language, "task_people", report.people))
    if report.from_muted:
        lines.append(phrase(language, "task_muted"))
    if report.place_label:
        lines.append(f"📍 {report.place_label}")
    if report.reopened:
        lines.append(phrase(language, "task_reopened"))
    if report.text:
        shown = report.text[:TEXT_SHOWN]
        lines += ["", shown + ("…" if len(report.text) > TEXT_SHOWN else "")]
    answers = await _answer_lines(session, context, report, language)
    lines += ["", *answers] if answers else []
    return Told("\n".join(lines), reader.buttons(report, language))


async def _over(
    session: AsyncSession, context: UseCases, report: Report, reader: Reader, language: str
) -> str | None:
    """Return why a report is nothing for a reader any more, if it is so."""
    number = report.number
    if report.duplicate_of_id is not None:
        lead = await session.get_one(Report, report.duplicate_of_id)
        return phrase(language, "task_joined", number=number, of=lead.number)
    if Status(report.status) in CLOSED:
        status = phrase(language, f"word_{report.status}")
        return phrase(language, "task_closed", number=number, status=status)
    if not reader.answers_for(report):
        who = await owner_words(session, context, report, language)
        return phrase(language, "task_gone", number=number, owner=who)
    return None


def _urgency(report: Report, language: str) -> list[str]:
    if report.danger:
        return [phrase(language, "task_danger")]
    return [phrase(language, "task_urgent")] if report.priority == TOP_PRIORITY else []


async def _answer_lines(
    session: AsyncSession, context: UseCases, report: Report, language: str
) -> list[str]:
    """Return the last things that the citizen said while it was worked on."""
    if report.answered_at is None and not report.reopened:
        return []
    said = or_(
        ReportEvent.kind == ANSWERED,
        and_(ReportEvent.kind == "status", ReportEvent.actor.startswith("citizen:")),
    )
    events = (
        await session.execute(
            select(ReportEvent)
            .where(ReportEvent.report_id == report.id, said)
            .order_by(ReportEvent.id.desc())
            .limit(ANSWERS_SHOWN)
        )
    ).scalars()
    lines = []
    for event in events:
        text = event.note or (event.after or {}).get("text")
        if not text and not (event.after or {}).get("media"):
            continue
        shown = (text or phrase(language, "task_answer_files"))[:ANSWER_LENGTH]
        time = _clock(event.at, context.timezone)
        lines.append(phrase(language, "task_answer", time=time, text=shown))
    return lines[::-1]


def _clock(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%d.%m %H:%M")
