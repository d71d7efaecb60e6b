"""What is kept of one person, all of it and nothing of anybody else, to be handed to them.

Officers are in it as far as the person was told of them. What was said between staff is not theirs,
nor is a report of somebody else that theirs was found to be the same as.
"""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.context import UseCases
from app.errors import InvalidError, NotFoundError
from app.identity import Sealer
from app.models import IdentityRow, Report, Reporter
from app.personal_page import page

FORMAT = "beatway-personal-data/1"
PERSON = "person"
LONGEST_REASON = 300
JSON_NAME, PAGE_NAME = "my-data.json", "my-data.html"

REPORTS = text(
    "SELECT r.id, r.number, r.status, r.text, r.source, r.received_at, r.acknowledged_at,"
    " r.closed_at, r.priority, r.danger, r.purged, r.place_kind, r.place_label,"
    " r.place_accuracy_m, ST_X(r.place) AS lon, ST_Y(r.place) AS lat,"
    " coalesce(c.names, jsonb_build_object('uk', r.category)) AS category,"
    " p.name AS precinct, b.name AS beat,"
    " EXISTS (SELECT FROM report_hold AS h WHERE h.report_id = r.id AND h.lifted_at IS NULL) AS held"
    " FROM report AS r"
    " LEFT JOIN category AS c ON c.code = r.category"
    " AND c.triage_version_id = (SELECT triage_version_id FROM triage_in_force)"
    " LEFT JOIN district AS p"
    " ON p.boundary_set_id = r.boundary_set_id AND p.code = r.precinct_code"
    " LEFT JOIN district AS b ON b.boundary_set_id = r.boundary_set_id AND b.code = r.beat_code"
    " WHERE r.reporter_id = :person ORDER BY r.received_at, r.id"
)
MESSAGES = text(
    "SELECT report_id, sent_at, text, is_answer FROM report_message"
    " WHERE report_id = ANY(:reports) ORDER BY sent_at, id"
)
FILES = (
    "SELECT report_id, kind, mime, size, {name} AS name FROM media WHERE report_id = ANY(:reports)"
    " ORDER BY id"
)
RATINGS = text(
    "SELECT report_id, stars, at FROM rating WHERE report_id = ANY(:reports) ORDER BY id"
)
UNREGISTERED = text(
    "SELECT sent_at, text, place, jsonb_array_length(coalesce(files, '[]')) AS files"
    " FROM muted_message WHERE reporter_id = :person AND report_id IS NULL ORDER BY id"
)
# Only what was said of their reports: what else went to the chat may be an officer's work.
TOLD = text(
    "SELECT report_id, coalesce(sent_at, created_at) AS at, state, payload FROM outbox"
    " WHERE report_id = ANY(:reports) AND payload ?| ARRAY['text', 'title', 'caption']"
    " ORDER BY id"
)


async def collect(session: AsyncSession, person: Reporter, sealer: Sealer | None) -> dict[str, Any]:
    """Return all that is kept of a person, JSON-ready.

    Parameters
    ----------
    session
    person : Reporter
    sealer : Sealer, optional
        Without it who they are to Telegram stays sealed, and files, which may bear their name,
        are nameless.
    """
    rows = (await session.execute(REPORTS, {"person": person.id})).all()
    ids = {"reports": [row.id for row in rows]}
    parts: dict[int, dict[str, list[Any]]] = {
        row.id: {"messages": [], "files": [], "ratings": [], "told": []} for row in rows
    }
    for row in await session.execute(MESSAGES, ids):
        said = {"at": _time(row.sent_at), "text": row.text, "answer": row.is_answer}
        parts[row.report_id]["messages"].append(said)
    files = text(FILES.format(name="NULL" if sealer is None else "name"))
    for row in await session.execute(files, ids):
        file = {"kind": row.kind, "type": row.mime, "bytes": row.size, "name": row.name}
        parts[row.report_id]["files"].append(file)
    for row in await session.execute(RATINGS, ids):
        parts[row.report_id]["ratings"].append({"at": _time(row.at), "stars": row.stars})
    for row in await session.execute(TOLD, ids):
        told = {"at": _time(row.at), "state": row.state, "text": _words(row.payload)}
        parts[row.report_id]["told"].append(told)
    unregistered = [
        {"at": _time(row.sent_at), "text": row.text, "place": row.place, "files": row.files}
        for row in await session.execute(UNREGISTERED, {"person": person.id})
    ]
    return {
        "format": FORMAT,
        "person": {
            "pseudonym": person.pseudonym,
            "language": person.language,
            "known_since": _time(person.created_at),
            "telegram": await _telegram(session, person, sealer),
        },
        "reports": [_report(row) | parts[row.id] for row in rows],
        "unregistered": unregistered,
    }


def _report(row: Any) -> dict[str, Any]:
    place = None
    if row.lon is not None:
        place = {
            "lon": row.lon,
            "lat": row.lat,
            "accuracy_m": row.place_accuracy_m,
            "kind": row.place_kind,
            "label": row.place_label,
        }
    return {
        "number": row.number,
        "status": row.status,
        "received_at": _time(row.received_at),
        "acknowledged_at": _time(row.acknowledged_at),
        "closed_at": _time(row.closed_at),
        "source": row.source,
        "text": row.text,
        "category": row.category,
        "priority": row.priority,
        "danger": row.danger,
        "place": place,
        "precinct": row.precinct,
        "beat": row.beat,
        "let_go": {
            "words": bool(row.purged & 1),
            "files": bool(row.purged & 2),
            "place": bool(row.purged & 4),
        },
        "held": row.held,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _words(payload: dict[str, Any]) -> str:
    parts = [payload.get(name) for name in ("text", "caption", "title", "address")]
    return " · ".join(str(part) for part in parts if part)


async def _telegram(
    session: AsyncSession, person: Reporter, sealer: Sealer | None
) -> dict[str, Any] | None:
    if sealer is None:
        return None
    sealed = (
        await session.execute(
            select(IdentityRow.sealed).where(IdentityRow.reporter_id == person.id)
        )
    ).scalar()
    if sealed is None:
        return None
    try:
        return sealer.unseal(bytes(sealed))
    except InvalidTag:
        return None


def pack(data: dict[str, Any], context_zone: Any, made_at: datetime) -> bytes:
    """Put what is kept of a person into a ZIP: as JSON, and as a page to read.

    Parameters
    ----------
    data : dict
        Of `collect`.
    context_zone : ZoneInfo
        The city's, in which the page shows times.
    made_at : datetime
    """
    data = {"made_at": _time(made_at)} | data
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(JSON_NAME, json.dumps(data, ensure_ascii=False, indent=2))
        archive.writestr(PAGE_NAME, page(data, context_zone))
    return file.getvalue()


async def packed(
    session: AsyncSession,
    context: UseCases,
    number: str,
    *,
    actor: str,
    reason: str,
    sealer: Sealer | None,
) -> bytes:
    """Make the ZIP for the person who sent a report, on somebody's request; it is audited.

    Raises
    ------
    NotFoundError
        When there is no such report.
    InvalidError
        When nobody sent it, or a group did.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or "\x00" in reason:
        message = f"Say why, in at most {LONGEST_REASON} characters"
        raise InvalidError(message)
    row = (
        await session.execute(
            select(Report.id, Reporter)
            .outerjoin(Reporter, Reporter.id == Report.reporter_id)
            .where(Report.number == number)
        )
    ).first()
    if row is None:
        message = f"There is no report {number}"
        raise NotFoundError(message)
    if row.Reporter is None or row.Reporter.kind != PERSON:
        message = f"Report {number} was not sent by one person"
        raise InvalidError(message)
    data = await collect(session, row.Reporter, sealer)
    # Why is not the audit's to keep: a request may name whom it is about.
    await audit.note(
        session, actor, "personal_data.exported", number, {"reports": len(data["reports"])}
    )
    return pack(data, context.timezone, context.clock())
