"""Publishing a report on purpose, changing what was published and taking it back."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from geoalchemy2.shape import to_shape
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.alert_rules import (
    Area,
    AreaKind,
    MsgType,
    Reference,
    Says,
    check_kind,
    check_words,
    circle,
    polygon,
)
from app.cap import Alert, cap_time
from app.categories import Precision
from app.context import UseCases
from app.demo import DEMO_KEY
from app.directory import Directory, Entry
from app.errors import ConflictError, InvalidError, NotFoundError
from app.models import AlertRow, Installation, Report, ReportMessage
from app.settings import Settings

LEAST_TIME, MOST_TIME = timedelta(minutes=5), timedelta(days=7)
# A cancellation is told of until what it cancels would have ended, and for so long at least.
CANCELLED_FOR = timedelta(hours=1)
MOST_IN_FEED = 500
NOTHING_YET = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


class PublishedAlreadyError(ConflictError):
    """What happened is published already: update or cancel that."""

    code = "published-already"


class NewerAlertError(ConflictError):
    """Somebody has changed what is published since you read it."""

    code = "alert-changed"


class AlertOverError(ConflictError):
    """It is cancelled or over: publish it anew if it goes on."""

    code = "alert-over"


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name messages are published."""

    identifier: str
    name: str

    @classmethod
    def of(cls, settings: Settings) -> "Sender":
        """Return an installation's."""
        host = urlsplit(settings.public_url or "").hostname
        return cls(settings.cap_sender or host or "beatway", settings.cap_sender_name)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose to publish."""

    says: Says
    area_kind: AreaKind
    radius_m: int | None
    expires_at: datetime


async def prepared(
    session: AsyncSession,
    context: UseCases,
    directory: Directory | None,
    report: Report,
    choice: Choice,
) -> Area:
    """Check a choice as a whole and return the area that it names.

    Raises
    ------
    InvalidError
    """
    now = context.clock()
    if not LEAST_TIME <= choice.expires_at - now <= MOST_TIME:
        raise InvalidError("It ends in five minutes at the earliest, in seven days at the latest")
    check_words(choice.says, await _heard(session, report))
    return await _area(session, context, directory, report, choice)


async def _heard(session: AsyncSession, report: Report) -> list[str]:
    rows = await session.execute(
        select(ReportMessage.text).where(ReportMessage.report_id == report.id)
    )
    return [report.text, *(words for words in rows.scalars() if words)]


async def precision_of(session: AsyncSession, context: UseCases, report: Report) -> Precision:
    """Return how exactly a report may be shown to others; of a category that is gone not at all."""
    category = (await context.triage.get(session)).rules.by_code.get(report.category)
    return category.precision if category else Precision.NONE


def districts_of(directory: Directory | None, report: Report) -> dict[AreaKind, Entry]:
    """Return the districts that can be named as the place."""
    found = {AreaKind.BEAT: report.beat_code, AreaKind.PRECINCT: report.precinct_code}
    entries: Mapping[str, Entry] = directory.entries if directory else {}
    return {kind: entries[code] for kind, code in found.items() if code and code in entries}


async def _area(
    session: AsyncSession,
    context: UseCases,
    directory: Directory | None,
    report: Report,
    choice: Choice,
) -> Area:
    precision = await precision_of(session, context, report)
    districts = districts_of(directory, report)
    check_kind(choice.area_kind, precision)
    named = districts.get(AreaKind.BEAT) or districts.get(AreaKind.PRECINCT)
    if choice.area_kind is AreaKind.CIRCLE:
        if report.place is None or choice.radius_m is None:
            raise InvalidError("A circle needs the report's place and a radius")
        point = to_shape(report.place)
        desc = _name(named, choice.says.language) if named else "—"
        return circle(point.x, point.y, choice.radius_m, precision, desc)
    district = districts.get(choice.area_kind)
    if district is None:
        message = f"The report is in no {choice.area_kind}"
        raise InvalidError(message)
    return polygon(choice.area_kind, district.geometry, _name(district, choice.says.language))


def _name(entry: Entry, language: str) -> str:
    return entry.name.get(language) or entry.name.get("uk") or entry.code


async def publish(
    session: AsyncSession,
    context: UseCases,
    directory: Directory | None,
    report: Report,
    choice: Choice,
    sender: Sender,
    by: str,
) -> AlertRow:
    """Publish a report; whoever calls this holds it locked.

    Raises
    ------
    InvalidError, ConflictError
    """
    if report.duplicate_of_id is not None:
        raise ConflictError("This report is a duplicate: publish the one it belongs to")
    newest = await newest_of(session, report)
    if newest is not None and is_live(newest, context.clock()):
        raise PublishedAlreadyError(identifier=newest.identifier)
    area = await prepared(session, context, directory, report, choice)
    identifier = f"beatway-{uuid.uuid4()}"
    return await _add(
        session,
        context,
        identifier=identifier,
        chain=identifier,
        msg_type=MsgType.ALERT.value,
        report_id=report.id,
        sender=sender.identifier,
        sender_name=sender.name,
        expires_at=choice.expires_at,
        refers=[],
        says=choice.says.model_dump(mode="json"),
        area=area.model_dump(mode="json"),
        published_by=by,
    )


async def follow(
    session: AsyncSession,
    context: UseCases,
    directory: Directory | None,
    report: Report,
    identifier: str,
    choice: Choice | None,
    note: str,
    by: str,
) -> AlertRow:
    """Change what is published, or cancel it when there is no choice.

    Parameters
    ----------
    session, context, directory
    report : Report
        Locked.
    identifier : str
        Of the newest message, as far as the caller knows.
    choice : Choice, optional
    note : str
        Why it is cancelled.
    by : str

    Raises
    ------
    InvalidError, ConflictError
    """
    newest = await newest_of(session, report)
    if newest is None or newest.identifier != identifier:
        raise NewerAlertError
    now = context.clock()
    if not is_live(newest, now):
        raise AlertOverError
    if choice is None:
        says = Says(**newest.says).model_copy(update={"note": note})
        check_words(says, await _heard(session, report))
        area, expires_at = newest.area, max(newest.expires_at, now + CANCELLED_FOR)
    else:
        says = choice.says
        found = await prepared(session, context, directory, report, choice)
        area, expires_at = found.model_dump(mode="json"), choice.expires_at
    before = Reference(newest.sender, newest.identifier, cap_time(newest.sent_at, context.timezone))
    return await _add(
        session,
        context,
        identifier=f"beatway-{uuid.uuid4()}",
        chain=newest.chain,
        msg_type=(MsgType.CANCEL if choice is None else MsgType.UPDATE).value,
        report_id=report.id,
        sender=newest.sender,
        sender_name=newest.sender_name,
        expires_at=expires_at,
        refers=[*newest.refers, str(before)],
        says=says.model_dump(mode="json"),
        area=area,
        published_by=by,
    )


async def _add(session: AsyncSession, context: UseCases, **values: Any) -> AlertRow:
    demo = await session.execute(
        select(func.count()).select_from(Installation).where(Installation.key == DEMO_KEY)
    )
    row = AlertRow(
        # CAP's times have no parts of a second.
        sent_at=context.clock().replace(microsecond=0),
        status="Exercise" if demo.scalar_one() else "Actual",
        **values,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row


def is_live(newest: AlertRow, now: datetime) -> bool:
    """Tell whether what is published still holds."""
    return newest.msg_type != MsgType.CANCEL.value and newest.expires_at > now


async def newest_of(session: AsyncSession, report: Report) -> AlertRow | None:
    """Return the last message about a report."""
    query = select(AlertRow).where(AlertRow.report_id == report.id)
    return (await session.execute(query.order_by(AlertRow.id.desc()).limit(1))).scalar()


async def messages_of(session: AsyncSession, report: Report) -> list[AlertRow]:
    """Return all messages about a report, the newest first."""
    query = select(AlertRow).where(AlertRow.report_id == report.id)
    return list((await session.execute(query.order_by(AlertRow.id.desc()))).scalars())


async def one(session: AsyncSession, identifier: str) -> AlertRow:
    """Return a message by its identifier.

    Raises
    ------
    NotFoundError
    """
    query = select(AlertRow).where(AlertRow.identifier == identifier)
    row = (await session.execute(query)).scalar()
    if row is None:
        raise NotFoundError
    return row


@dataclass(frozen=True, slots=True)
class Feed:
    """What is published now, and when that last changed."""

    alerts: Sequence[AlertRow]
    updated: datetime


async def feed(session: AsyncSession, now: datetime) -> Feed:
    """Return the newest message of each chain that is not over, the newest first."""
    newest = (
        select(func.max(AlertRow.id))
        .where(AlertRow.chain.in_(select(AlertRow.chain).where(AlertRow.expires_at > now)))
        .group_by(AlertRow.chain)
    )
    rows = await session.execute(
        select(AlertRow)
        .where(AlertRow.id.in_(newest), AlertRow.expires_at > now)
        .order_by(AlertRow.id.desc())
        .limit(MOST_IN_FEED)
    )
    times = (
        await session.execute(
            select(
                func.max(AlertRow.sent_at),
                func.max(AlertRow.expires_at).filter(AlertRow.expires_at <= now),
            )
        )
    ).one()
    updated = max((at for at in times if at is not None), default=NOTHING_YET)
    return Feed(list(rows.scalars()), updated.replace(microsecond=0))


def alert_of(row: AlertRow) -> Alert:
    """Return a message as it is written."""
    return Alert(
        identifier=row.identifier,
        sender=row.sender,
        sender_name=row.sender_name,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        status=row.status,
        msg_type=MsgType(row.msg_type),
        refers=row.refers,
        says=Says(**row.says),
        area=Area(**row.area),
    )
