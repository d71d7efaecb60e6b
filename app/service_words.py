"""Which service a report belongs to, and what its citizen is told of that."""

from collections.abc import Sequence

from geoalchemy2.shape import to_shape
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.models import Report
from app.phrases import local_name, phrase
from app.service_hours import HoursError, in_words, open_at
from app.service_lookup import Found, ServiceFacts, Services, kind_of


async def kind_for(session: AsyncSession, context: UseCases, report: Report) -> str:
    """Return what a report asks a service for."""
    category = (await context.triage.get(session)).rules.by_code.get(report.category)
    return kind_of(category) if category is not None else report.category


def found_for(services: Services, kind: str, report: Report) -> Found:
    """Find who is responsible where a report is; for the whole city without a place."""
    if report.place is None:
        return services.everywhere(kind)
    point = to_shape(report.place)
    return services.at(kind, point.x, point.y, report.place_accuracy_m)


async def lines_for(
    session: AsyncSession, context: UseCases, report: Report, language: str
) -> list[str]:
    """Return whom to turn to with what a report is about; nothing where nobody is known."""
    services = await context.services.get(session)
    found = found_for(services, await kind_for(session, context, report), report)
    return words_of(found.services, context, language)


def words_of(found: Sequence[ServiceFacts], context: UseCases, language: str) -> list[str]:
    """Return the lines that tell whom to turn to, how, and whether they answer now."""
    lines: list[str] = []
    for each in found:
        name = local_name(each.names, language, each.code)
        lines.append(phrase(language, "service_name", name=name))
        if each.phone:
            lines.append(phrase(language, "service_phone", phone=each.phone))
        if each.url:
            lines.append(phrase(language, "service_url", url=each.url))
        if each.hours:
            lines.append(_hours(each.hours, context, language))
    return lines


def _hours(hours: str, context: UseCases, language: str) -> str:
    words, now, zone = in_words(hours, language), context.clock(), context.timezone
    try:
        state = open_at(hours, now, zone)
    except HoursError:
        # Kept from before they were checked: better as they stand than not at all.
        return phrase(language, "service_hours", hours=words)
    if state.until is None:
        key = "service_hours" if state.is_open else "service_hours_closed"
        return phrase(language, key, hours=words)
    same_day = state.until.date() == now.astimezone(zone).date()
    until = state.until.strftime("%H:%M" if same_day else "%d.%m %H:%M")
    key = "service_open" if state.is_open else "service_closed"
    return phrase(language, key, hours=words, time=until)
