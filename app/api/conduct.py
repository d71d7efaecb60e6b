"""People who are rude or write without end, as the desk sees and forgives them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from app import conduct, muted
from app.api.callers import PartsOf, SeesConduct, Transaction
from app.api.problems import problems
from app.api.shapes import LARGEST_ID, Body, Code, ShortText
from app.conduct import Person
from app.conduct_rules import Level

router = APIRouter(prefix="/api/v1", tags=["conduct"], responses=problems(401, 403))

Pseudonym = Annotated[Code, Path(description="How staff know a reporter")]
MessageId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class PersonView(BaseModel):
    """Somebody with strikes, by their pseudonym."""

    reporter: str
    level: Level
    until: datetime | None
    score: Annotated[float, Field(description="Strikes, each for what it still counts")]
    strikes: int
    last_at: datetime | None
    muted_messages: Annotated[int, Field(description="Those nobody has made a report of")]


class PeopleView(BaseModel):
    """Whoever has strikes, and when what follows."""

    people: list[PersonView]
    slow_at: float
    muted_at: float


class StrikeView(BaseModel):
    """One time."""

    at: datetime
    source: str
    actor: str
    report: str | None
    words: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None


class MeasureView(BaseModel):
    """What followed, and when and why it was lifted."""

    level: Level
    since: datetime
    until: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    why: str | None


class MutedView(BaseModel):
    """What somebody wrote while muted."""

    id: int
    text: str | None
    place: bool
    files: list[str]
    sent_at: datetime
    report: str | None


class HistoryView(PersonView):
    """All of one person."""

    history: list[StrikeView]
    measures: list[MeasureView]
    messages: list[MutedView]


class RevokeBody(Body):
    """Why it is lifted."""

    why: ShortText


class RegisteredView(BaseModel):
    """The report that was made."""

    number: str


def _person(person: Person) -> PersonView:
    return PersonView(
        reporter=person.reporter,
        level=person.level,
        until=person.until,
        score=person.score,
        strikes=person.strikes,
        last_at=person.last_at,
        muted_messages=person.muted_messages,
    )


@router.get("/conduct")
async def people(_: SeesConduct, session: Transaction, parts: PartsOf) -> PeopleView:
    """List people with strikes, those first that something is laid on."""
    rules = parts.context.conduct
    return PeopleView(
        people=[_person(each) for each in await conduct.people(session, parts.context)],
        slow_at=rules.slow_at,
        muted_at=rules.muted_at,
    )


@router.get("/conduct/{reporter}", responses=problems(404, 422))
async def history(
    reporter: Pseudonym, _: SeesConduct, session: Transaction, parts: PartsOf
) -> HistoryView:
    """Return one person's strikes, what followed, and what they wrote while muted."""
    return await _history(session, parts, reporter)


async def _history(session: Transaction, parts: PartsOf, reporter: str) -> HistoryView:
    found = await conduct.history(session, parts.context, reporter)
    return HistoryView(
        **_person(found.person).model_dump(),
        history=[
            StrikeView(
                at=each.at,
                source=each.source,
                actor=each.actor,
                report=number,
                words=each.words,
                withdrawn_at=each.withdrawn_at,
                withdrawn_by=each.withdrawn_by,
            )
            for each, number in found.strikes
        ],
        measures=[
            MeasureView(
                level=Level(each.level),
                since=each.since,
                until=each.until,
                ended_at=each.ended_at,
                ended_by=each.ended_by,
                why=each.why,
            )
            for each in found.measures
        ],
        messages=[
            MutedView(
                id=each.id,
                text=each.text,
                place=each.place is not None,
                files=[str(file["kind"]) for file in each.files or []],
                sent_at=each.sent_at,
                report=number,
            )
            for each, number in found.messages
        ],
    )


@router.post("/conduct/{reporter}/revoke", responses=problems(404, 409, 422))
async def revoke(
    reporter: Pseudonym,
    body: RevokeBody,
    caller: SeesConduct,
    session: Transaction,
    parts: PartsOf,
) -> HistoryView:
    """Lift what is laid on somebody; their strikes count no more."""
    await conduct.revoke(session, parts.context, reporter, caller.login, body.why)
    return await _history(session, parts, reporter)


@router.post(
    "/conduct/messages/{message_id}/report", status_code=201, responses=problems(404, 409, 422)
)
async def register(
    message_id: MessageId, caller: SeesConduct, session: Transaction, parts: PartsOf
) -> RegisteredView:
    """Make a report of what a muted person wrote."""
    report = await muted.make_report(session, parts.context, message_id, caller.login)
    return RegisteredView(number=report.number)
