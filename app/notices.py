"""What a citizen is told when something happens to their report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.cover import CITY_DESK, Assignment
from app.group_notices import private_chat_of, tell_group
from app.group_outbox import Spot, enqueue_in_group
from app.group_rules import may_be_told
from app.incident_joining import Joined
from app.models import IncidentNews, Officer, Report, Reporter, ReportMessage
from app.outbox import enqueue_text
from app.phrases import local_name, phrase
from app.reports import Routed, note_told, owner_key
from app.routing import IndexCache
from app.service_words import lines_for
from app.staffing import posted_officers
from app.workflow import CLOSED, OPEN, WORKED_ON, Status

PERSON = "person"
PRIMARY = "primary"
MOST_STARS = 5
# How it went is asked where somebody has done something.
RATED = frozenset({Status.RESOLVED, Status.REDIRECTED})

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
    in_group: bool


async def address_of(session: AsyncSession, report: Report) -> Address | None:
    """Find the chat of a report: in private where we may, else under the group's message."""
    # Whoever has said that it is over is done with it, though it goes on for others.
    if report.reporter_id is None or report.reporter_out:
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
    private = await private_chat_of(session, report) if row.Reporter.kind != PERSON else None
    if private is not None:
        return Address(private.id, private.language, None, None, in_group=False)
    # Under the citizen's own words: all that is said of one report keeps together.
    return Address(
        chat_id=row.Reporter.id,
        language=row.Reporter.language,
        answer_to=row.message_id,
        thread_id=row.thread_id,
        in_group=row.Reporter.kind != PERSON,
    )


async def _tell(
    session: AsyncSession,
    report: Report,
    address: Address,
    key: str,
    lines: Sequence[str] = (),
    markup: dict[str, Any] | None = None,
    **values: object,
) -> None:
    words = phrase(address.language, key, number=report.number, **values)
    text = "\n".join([words, *lines])
    if address.in_group:
        spot = Spot(address.chat_id, address.answer_to, address.thread_id)
        await enqueue_in_group(session, spot, text, purpose=key, report_id=report.id)
        return
    await enqueue_text(
        session,
        address.chat_id,
        text,
        purpose=key,
        report_id=report.id,
        markup=markup,
        answer_to=address.answer_to,
        thread_id=address.thread_id,
    )


async def status_changed(
    session: AsyncSession, context: UseCases, report: Report, before: Status, after: Status
) -> None:
    """Tell the citizens of a step that matters to them, unless they know it already."""
    if before in CLOSED or after in TOLD:
        await _pass_on(session, context, report, before=before.value, after=after.value)
    await tell_status(session, context, report, before, after)


async def _pass_on(session: AsyncSession, context: UseCases, report: Report, **what: str) -> None:
    """Have those whose reports follow this one told the same, see `app.incident_news`."""
    following = select(Report.id).where(Report.duplicate_of_id == report.id).limit(1)
    if (await session.execute(following)).first() is not None:
        session.add(IncidentNews(lead_id=report.id, at=context.clock(), **what))


async def tell_status(
    session: AsyncSession, context: UseCases, report: Report, before: Status, after: Status
) -> None:
    """Tell the citizen of one report of a step, whether it is its own or that of its incident."""
    key = "reopened" if before in CLOSED else TOLD.get(after)
    address = await address_of(session, report)
    if key is None or address is None:
        return
    is_public = before in CLOSED or may_be_told(after)
    if address.in_group and not is_public:
        return
    told = report.told or {}
    known = told.get("owner") == owner_key(report)
    if known and after in WORKED_ON and told.get("status") == after.value:
        return
    lines: list[str] = []
    markup = None
    if not address.in_group:
        if not known and after in OPEN:
            owner = await owner_words(session, context, report, address.language)
            lines.append(phrase(address.language, "who_officer", officer=owner))
        if after is Status.REDIRECTED:
            lines += await lines_for(session, context, report, address.language)
        if after in RATED:
            lines += await closing_lines(session, context, report, address.language)
        buttons = citizen_buttons(report, address.language, context)
        markup = {"inline_keyboard": buttons} if buttons else None
        note_told(report, after)
    await _tell(session, report, address, key, lines, markup)
    if is_public and not address.in_group:
        await tell_group(session, report, key)


async def closing_lines(
    session: AsyncSession, context: UseCases, report: Report, language: str
) -> list[str]:
    """Return where to ask for more, and the question how it went."""
    lines = await where_to_ask(session, context, report, language)
    return ["", *lines, "", phrase(language, "rate_ask")]


def citizen_buttons(report: Report, language: str, context: UseCases) -> list[list[dict[str, str]]]:
    """Return what a citizen can do with a report of theirs now."""
    number, status = report.number, Status(report.status)
    if status in OPEN and report.reporter_out:
        return []
    if status in OPEN:
        text = phrase(language, "over_button")
        return [[{"text": text, "callback_data": f"over:{number}"}]]
    if not may_still_reopen(report, context):
        return []
    again = [{"text": phrase(language, "again_button"), "callback_data": f"again:{number}"}]
    if status not in RATED:
        return [again]
    stars = [
        {"text": f"{count} ★", "callback_data": f"rate:{count}:{number}"}
        for count in range(1, MOST_STARS + 1)
    ]
    return [stars, again]


def may_still_reopen(report: Report, context: UseCases) -> bool:
    """Tell whether a closed report may be rated and reopened by its citizen."""
    closed_at = report.closed_at
    return closed_at is not None and context.clock() <= closed_at + context.reopen_within


async def where_to_ask(
    session: AsyncSession, context: UseCases, report: Report, language: str
) -> list[str]:
    """Return the precinct's address, phone and hours, and when the beat's officer receives."""
    codes = [report.precinct_code] if report.precinct_code else []
    words = await district_words(
        session, context.index_cache, report.boundary_set_id, codes, language
    )
    station = words.get(report.precinct_code or "")
    if station is None:
        return [phrase(language, "where_more_city")]
    address = f", {station.address}" if station.address else ""
    phone = phrase(language, "where_phone", phone=station.phone) if station.phone else ""
    lines = [phrase(language, "where_more", precinct=station.name, address=address, phone=phone)]
    posted = await posted_officers(session, report.beat_code or "", context.clock())
    for officer in sorted(posted, key=lambda p: (p.kind != PRIMARY, p.officer)):
        if officer.reception:
            lines.append(phrase(language, "officer_reception", reception=officer.reception))
            break
    return lines


async def owner_words(
    session: AsyncSession, context: UseCases, report: Report, language: str
) -> str:
    """Return who answers for a report."""
    if report.assigned_officer_id is not None:
        officer = await session.get_one(Officer, report.assigned_officer_id)
        return ranked_name(officer.rank, officer.name)
    desk = report.assigned_desk or CITY_DESK
    return await desk_words(session, context, report.boundary_set_id, desk, language)


async def desk_words(
    session: AsyncSession,
    context: UseCases,
    boundary_set_id: int | None,
    desk: str,
    language: str,
) -> str:
    """Return what a desk is called."""
    words = await district_words(session, context.index_cache, boundary_set_id, [desk], language)
    if desk not in words:
        return phrase(language, "desk_city") if desk == CITY_DESK else desk
    return phrase(language, "desk_of", precinct=words[desk].name)


async def owner_changed(session: AsyncSession, context: UseCases, report: Report) -> bool:
    """Tell the citizen that another answers for their report; False when they know."""
    told = (report.told or {}).get("owner")
    address = await address_of(session, report)
    if address is None or address.in_group or told == owner_key(report):
        report.owner_untold = False
        return False
    owner = await owner_words(session, context, report, address.language)
    markup = {"inline_keyboard": citizen_buttons(report, address.language, context)}
    note_told(report)
    await _tell(session, report, address, "owner_now", [], markup, owner=owner)
    return True


async def express_reply(
    session: AsyncSession,
    context: UseCases,
    report: Report,
    text: str,
    *,
    is_said_in_group: bool = False,
) -> None:
    """Send the officer's or desk's own words to all whom they concern.

    Parameters
    ----------
    session, context, report, text
    is_said_in_group : bool
        Whether the group that the report is from has read it already.
    """
    await _pass_on(session, context, report, text=text)
    await tell_reply(session, context, report, text, is_said_in_group=is_said_in_group)


async def tell_reply(
    session: AsyncSession,
    context: UseCases,
    report: Report,
    text: str,
    *,
    is_said_in_group: bool = False,
) -> None:
    """Send a reply to the citizen of one report; the first time with where to ask for more."""
    address = await address_of(session, report)
    if address is None or (address.in_group and is_said_in_group):
        return
    lines: list[str] = []
    if not address.in_group and not (report.told or {}).get("asked"):
        lines = ["", *await where_to_ask(session, context, report, address.language)]
        report.told = (report.told or {}) | {"asked": True}
    await _tell(session, report, address, "express_reply", lines, text=text)
    if not address.in_group and not is_said_in_group:
        await tell_group(session, report, "express_reply", text=text)


async def merged(session: AsyncSession, report: Report, of_number: str) -> None:
    """Tell the citizen under which number the work goes on."""
    address = await address_of(session, report)
    if address is not None:
        await _tell(session, report, address, "merged", of=of_number)


async def placed(session: AsyncSession, cache: IndexCache, routed: Routed) -> None:
    """Tell the citizen that the desk found the place, and who answers for it."""
    address = await address_of(session, routed.report)
    if address is None or address.in_group:
        # Where it happened is nothing for everybody to read.
        return
    lines = await owner_lines(session, cache, routed, address.language)
    await _tell(session, routed.report, address, "completed", lines)


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
    return ranked_name(officer.rank, officer.name) if officer else ""


def ranked_name(rank: str | None, name: str) -> str:
    """Return what an officer is called."""
    return f"{rank} {name}" if rank else name


async def owner_lines(
    session: AsyncSession, cache: IndexCache, routed: Routed, language: str
) -> list[str]:
    """Return the lines that say where a report happened and who answers for it."""
    report, decision, assignment = routed.report, routed.decision, routed.assignment
    lines: list[str] = []
    if assignment is not None:
        note_told(report)
    if routed.joined is not None:
        return await _joined_lines(session, cache, routed.joined, language)
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


async def _joined_lines(
    session: AsyncSession, cache: IndexCache, joined: Joined, language: str
) -> list[str]:
    """Return the lines that say that others told of it too, and how far it is."""
    lead, why = joined.lead, joined.candidate.judged.why
    is_own = why["same_person"]
    lines = [
        phrase(language, "incident_again" if is_own else "incident_joined", number=lead.number)
    ]
    codes = [code for code in (lead.precinct_code, lead.beat_code) if code]
    words = await district_words(session, cache, lead.boundary_set_id, codes, language)
    names = [words[code].name for code in codes if code in words]
    if names:
        lines.append(phrase(language, "where", district=", ".join(names)))
    if lead.assigned_officer_id is not None:
        officer = await session.get_one(Officer, lead.assigned_officer_id)
        name = ranked_name(officer.rank, officer.name)
        lines.append(phrase(language, "who_officer", officer=name))
    status = phrase(language, f"word_{lead.status}")
    return [*lines, phrase(language, "incident_state", status=status)]


def _who(assignment: Assignment, words: dict[str, DistrictWords], language: str) -> str:
    if assignment.officer is not None:
        return phrase(language, "who_officer", officer=officer_words(assignment))
    if assignment.desk == CITY_DESK or assignment.desk not in words:
        return phrase(language, "who_city")
    return phrase(language, "who_desk", precinct=words[assignment.desk].name)
