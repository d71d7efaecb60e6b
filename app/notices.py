"""What a citizen is told when something happens to their report."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.cover import CITY_DESK, Assignment
from app.models import Report, Reporter, ReportMessage
from app.outbox import enqueue_text
from app.phrases import local_name, phrase
from app.reports import Routed
from app.routing import IndexCache
from app.workflow import CLOSED, Status

PERSON = "person"

# A change to any other status is the officers' own business and would only be noise.
TOLD = {
    Status.ACKNOWLEDGED: "acknowledged",
    Status.EN_ROUTE: "en_route",
    Status.ON_SCENE: "on_scene",
    Status.RESOLVED: "resolved",
    Status.REDIRECTED: "redirected",
    Status.WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where the citizen of a report is answered."""

    chat_id: int
    language: str
    answer_to: int | None
    thread_id: int | None


async def address_of(session: AsyncSession, report: Report) -> Address | None:
    """Find the chat of a report: in private where we may, else under the group's message."""
    if report.reporter_id is None:
        return None
    row = (
        await session.execute(
            select(Reporter, ReportMessage.message_id, ReportMessage.thread_id)
            .join(ReportMessage, ReportMessage.chat_id == Reporter.id)
            .where(ReportMessage.report_id == report.id)
            .order_by((Reporter.kind == PERSON).desc(), ReportMessage.id)
            .limit(1)
        )
    ).first()
    if row is None:
        return None
    in_group = row.Reporter.kind != PERSON
    return Address(
        chat_id=row.Reporter.id,
        language=row.Reporter.language,
        answer_to=row.message_id if in_group else None,
        thread_id=row.thread_id,
    )


async def _tell(session: AsyncSession, report: Report, key: str, **values: object) -> None:
    address = await address_of(session, report)
    if address is None:
        return
    await enqueue_text(
        session,
        address.chat_id,
        phrase(address.language, key, number=report.number, **values),
        purpose=key,
        report_id=report.id,
        answer_to=address.answer_to,
        thread_id=address.thread_id,
    )


async def status_changed(
    session: AsyncSession, report: Report, before: Status, after: Status
) -> None:
    """Tell the citizen of a step that matters to them."""
    if before in CLOSED:
        await _tell(session, report, "reopened")
    elif after in TOLD:
        await _tell(session, report, TOLD[after])


async def express_reply(session: AsyncSession, report: Report, text: str) -> None:
    """Send the officer's or desk's own words."""
    await _tell(session, report, "express_reply", text=text)


async def merged(session: AsyncSession, report: Report, of_number: str) -> None:
    """Tell the citizen under which number the work goes on."""
    await _tell(session, report, "merged", of=of_number)


async def placed(session: AsyncSession, cache: IndexCache, routed: Routed) -> None:
    """Tell the citizen that the desk found the place, and who answers for it."""
    address = await address_of(session, routed.report)
    if address is None:
        return
    lines = await owner_lines(session, cache, routed, address.language)
    await enqueue_text(
        session,
        address.chat_id,
        "\n".join([phrase(address.language, "completed", number=routed.report.number), *lines]),
        purpose="placed",
        report_id=routed.report.id,
        answer_to=address.answer_to,
        thread_id=address.thread_id,
    )


@dataclass(frozen=True, slots=True)
class DistrictWords:
    """What a citizen is told of a district."""

    name: str
    address: str | None
    phone: str | None


async def district_words(
    session: AsyncSession,
    cache: IndexCache,
    boundary_set_id: int | None,
    codes: list[str],
    language: str,
) -> dict[str, DistrictWords]:
    """Return names, station addresses and phones of districts by code."""
    if boundary_set_id is None:
        return {}
    districts = (await cache.known(session, boundary_set_id)).districts
    return {
        code: DistrictWords(
            local_name(districts[code].name, language, code),
            districts[code].station_address,
            districts[code].phone,
        )
        for code in codes
        if code in districts
    }


def officer_words(assignment: Assignment) -> str:
    """Return rank and name of the officer who answers."""
    officer = assignment.officer
    return " ".join(filter(None, [officer.rank, officer.name])) if officer else ""


async def owner_lines(
    session: AsyncSession, cache: IndexCache, routed: Routed, language: str
) -> list[str]:
    """Return the lines that say where a report happened and who answers for it."""
    report, decision, assignment = routed.report, routed.decision, routed.assignment
    lines: list[str] = []
    if decision is not None and decision.district is None:
        return [phrase(language, "outside")]
    codes = [code for code in (report.precinct_code, report.beat_code) if code]
    words = await district_words(session, cache, report.boundary_set_id, codes, language)
    names = [words[code].name for code in codes if code in words]
    if names:
        district = ", ".join(names)
        if decision is not None and decision.reason == "nearest":
            distance = round(decision.distance_m or 0)
            lines.append(phrase(language, "where_nearest", district=district, distance=distance))
        else:
            lines.append(phrase(language, "where", district=district))
    if assignment is not None:
        lines.append(_who(assignment, words, language))
    return lines


def _who(assignment: Assignment, words: dict[str, DistrictWords], language: str) -> str:
    if assignment.officer is not None:
        return phrase(language, "who_officer", officer=officer_words(assignment))
    if assignment.desk == CITY_DESK or assignment.desk not in words:
        return phrase(language, "who_city")
    return phrase(language, "who_desk", precinct=words[assignment.desk].name)
