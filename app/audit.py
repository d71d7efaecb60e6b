"""The audit: what was done, by whom and when, chained so that a change to any of it shows.

Entries are added by the database itself (see the migration 0021) where a table is covered, and by
`note` where something is only done. As a transaction commits, its entries get their places in the
chain: the hash of one is the SHA-256 of the hash before it and of the entry as a line of JSON. The
checking below makes that line by itself and asks the database for no hash.
"""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import set_down
from app.errors import InvalidError
from app.models import Audit, AuditLink

GENESIS = bytes(32)
AT_ONCE = 2_000
# Whose rows are each vouched for by an entry.
COVERED = (
    "boundary_audit",
    "boundary_activation",
    "roster_audit",
    "gazetteer_change",
    "triage_version",
    "triage_activation",
    "dispatch_version",
    "dispatch_activation",
    "service_change",
    "identity_reveal",
    "purge_record",
)
HISTORY = "history.sealed"
SEAL_AT_ONCE = 10_000

# The full join shows entries out of the chain, and places whose entry is gone.
CHAIN = text(
    "SELECT l.position, l.hash, a.id, a.at, a.actor, a.kind, a.subject, a.detail::text AS detail"
    " FROM audit_link AS l LEFT JOIN audit AS a ON a.id = l.audit_id"
    " WHERE l.position >= :start ORDER BY l.position LIMIT :most"
)
UNCHAINED = text(
    "SELECT a.id FROM audit AS a LEFT JOIN audit_link AS l ON l.audit_id = a.id"
    " WHERE l.position IS NULL AND a.at >= :since ORDER BY a.id LIMIT 1"
)
COVERED_ROW = """
    SELECT l.position, a.subject, t.id IS NULL AS gone
      FROM audit AS a JOIN audit_link AS l ON l.audit_id = a.id
      LEFT JOIN {table} AS t ON t.id = a.subject::bigint
     WHERE starts_with(a.kind, '{table}.') AND a.at >= :since
       AND (t.id IS NULL
            OR audit_digest(to_jsonb(t), a.detail -> 'columns') <> a.detail ->> 'sha256')
     ORDER BY l.position LIMIT 1
"""
UNCOVERED_ROW = """
    SELECT t.id FROM {table} AS t
     WHERE NOT EXISTS (SELECT FROM audit AS a
                        WHERE starts_with(a.kind, '{table}.') AND a.subject = t.id::text)
     ORDER BY t.id LIMIT 1
"""
SEALED = text(
    "SELECT l.position, a.detail FROM audit AS a JOIN audit_link AS l ON l.audit_id = a.id"
    " WHERE a.kind = 'history.sealed' AND a.at >= :since ORDER BY l.position"
)
SEALED_EVENTS = text(
    "SELECT count(*) AS count,"
    " encode(sha256(convert_to(string_agg(event_line(e.*::report_event), E'\\n' ORDER BY id),"
    " 'UTF8')), 'hex') AS sha256,"
    " min(id) FILTER (WHERE salt IS NOT NULL AND seal <> sha256(salt || convert_to("
    "jsonb_build_array(before, after, note)::text, 'UTF8'))) AS altered"
    " FROM report_event AS e WHERE id BETWEEN :first AND :last"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: who has noted it can tell later whether entries are missing."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.hash.hex()}"

    @classmethod
    def of(cls, said: str) -> "Head":
        """Read a head as it is printed.

        Raises
        ------
        InvalidError
        """
        position, _, digest = said.strip().partition(":")
        try:
            read = cls(int(position), bytes.fromhex(digest))
        except ValueError:
            read = cls(-1, b"")
        if read.position < 0 or len(read.hash) != len(GENESIS):
            message = "A head is written as POSITION:HASH, as `beatway audit head` prints it"
            raise InvalidError(message)
        return read


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    Attributes
    ----------
    checked : int
        Entries of the chain that were read.
    sealed : int
        Changes of reports that the chain vouches for, read as well.
    head : Head
        Of what is right.
    fault : str or None
        What is wrong first, naming it; None when nothing is.
    position : int or None
        Where in the chain that is.
    """

    checked: int
    sealed: int
    head: Head
    fault: str | None = None
    position: int | None = None


async def note(
    session: AsyncSession,
    actor: str,
    kind: str,
    subject: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an entry, chained as the transaction commits.

    Parameters
    ----------
    session
    actor : str
        A login, or the part of the program that does it by itself.
    kind : str
        What was done, as ``noun.verb``.
    subject : str, optional
        What it was done to: a number or a code, never what a citizen said or who they are.
    detail : dict, optional
        JSON-ready; the same holds for it.
    """
    told = bindparam("detail", detail or {}, type_=JSONB)
    await session.execute(select(func.audit_note(actor, kind, subject, told)))


async def head(session: AsyncSession) -> Head:
    """Return the end of the chain."""
    row = (
        await session.execute(
            select(AuditLink.position, AuditLink.hash).order_by(AuditLink.position.desc()).limit(1)
        )
    ).first()
    return Head(row.position, bytes(row.hash)) if row else Head(0, GENESIS)


async def entries(
    session: AsyncSession, *, before: int | None = None, limit: int = 50, kind: str | None = None
) -> list[tuple[int, Audit]]:
    """Return entries with their places in the chain, the latest first.

    Parameters
    ----------
    session
    before : int, optional
        Only those that stand before this place.
    limit : int
    kind : str, optional
        Only those whose kind begins so.
    """
    wanted = (
        select(AuditLink.position, Audit)
        .join(Audit, Audit.id == AuditLink.audit_id)
        .order_by(AuditLink.position.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(AuditLink.position < before)
    if kind:
        wanted = wanted.where(Audit.kind.startswith(kind, autoescape=True))
    return [(row.position, row.Audit) for row in await session.execute(wanted)]


def line(
    position: int, at: datetime, actor: str, kind: str, subject: str | None, detail: str
) -> bytes:
    """Return an entry as the chain has it.

    Parameters
    ----------
    position, at, actor, kind, subject
    detail : str
        As PostgreSQL writes JSON.
    """
    time = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    plain = [
        json.dumps(each, ensure_ascii=False) for each in (position, time, actor, kind, subject)
    ]
    return f"[{', '.join([*plain, detail])}]".encode()


async def verify(
    session: AsyncSession, *, since: datetime | None = None, expected: Head | None = None
) -> Verdict:
    """Read the chain, and what it vouches for, up to the first thing that is wrong.

    Parameters
    ----------
    session
        Of the database's owner; it sees one state of the database, whatever is added meanwhile.
    since : datetime, optional
        Begin with the first entry from then on, and trust the hash before it.
    expected : Head, optional
        A head that was noted: its place must still have that hash.
    """
    await set_down(session)
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    start, before = await _start(session, since)
    checked = 0
    met = expected is None or expected.position == 0
    async for row in _chain(session, start):
        place = start + checked
        fault = _fault(row, place, before)
        if fault is None and expected is not None and row.position == expected.position:
            met = bytes(row.hash) == expected.hash
            if not met:
                fault = f"entry {place} is another than the one whose hash was noted"
        if fault is not None:
            return Verdict(checked, 0, Head(place - 1, before), fault, place)
        before = bytes(row.hash)
        checked += 1
    end = Head(start + checked - 1, before)
    if not met and expected is not None:
        missing = (
            f"entry {expected.position}, whose hash was noted, is missing:"
            f" the chain ends at {end.position}"
        )
        if expected.position >= start:
            return Verdict(checked, 0, end, missing, expected.position)
        if not await _has(session, expected):
            other = f"entry {expected.position} is another than the one whose hash was noted"
            return Verdict(checked, 0, end, other, expected.position)
    return await _verify_covered(session, since, checked, end)


async def _start(session: AsyncSession, since: datetime | None) -> tuple[int, bytes]:
    if since is None:
        return 1, GENESIS
    first = (
        await session.execute(
            select(func.min(AuditLink.position))
            .join(Audit, Audit.id == AuditLink.audit_id)
            .where(Audit.at >= since)
        )
    ).scalar()
    if first is None:
        last = await head(session)
        return last.position + 1, last.hash
    trusted = (
        await session.execute(select(AuditLink.hash).where(AuditLink.position == first - 1))
    ).scalar()
    return first, bytes(trusted) if trusted is not None else GENESIS


async def _chain(session: AsyncSession, start: int) -> AsyncIterator[Any]:
    more = True
    while more:
        rows = (await session.execute(CHAIN, {"start": start, "most": AT_ONCE})).all()
        for row in rows:
            yield row
        more = len(rows) == AT_ONCE
        start = rows[-1].position + 1 if rows else start


def _fault(row: Any, place: int, before: bytes) -> str | None:
    if row.position != place:
        return f"entry {place} is missing"
    if row.id is None:
        return f"entry {place} is gone: only its place in the chain is left"
    made = line(row.position, row.at, row.actor, row.kind, row.subject, row.detail)
    if hashlib.sha256(before + made).digest() != bytes(row.hash):
        return f"entry {place} ({row.kind}, row {row.id} of audit) is not what was chained"
    return None


async def _has(session: AsyncSession, expected: Head) -> bool:
    found = select(AuditLink.hash).where(AuditLink.position == expected.position)
    return bytes((await session.execute(found)).scalar() or b"") == expected.hash


async def _verify_covered(
    session: AsyncSession, since: datetime | None, checked: int, end: Head
) -> Verdict:
    begin = {"since": since or datetime.min.replace(tzinfo=UTC)}
    loose = (await session.execute(UNCHAINED, begin)).scalar()
    if loose is not None:
        return Verdict(checked, 0, end, f"row {loose} of audit is in no chain")
    for table in COVERED:
        row = (await session.execute(text(COVERED_ROW.format(table=table)), begin)).first()
        if row is not None:
            what = "is gone" if row.gone else "is not what was audited"
            fault = f"row {row.subject} of {table}, which entry {row.position} vouches for, {what}"
            return Verdict(checked, 0, end, fault, row.position)
        if since is None:
            added = (await session.execute(text(UNCOVERED_ROW.format(table=table)))).scalar()
            if added is not None:
                return Verdict(checked, 0, end, f"row {added} of {table} is in no entry")
    sealed = 0
    for batch in (await session.execute(SEALED, begin)).all():
        first, last = batch.detail["from"], batch.detail["to"]
        now = (await session.execute(SEALED_EVENTS, {"first": first, "last": last})).one()
        if now.altered is not None:
            fault = f"row {now.altered} of report_event does not say what it said"
            return Verdict(checked, sealed, end, fault, batch.position)
        if (now.count, now.sha256) != (batch.detail["count"], batch.detail["sha256"]):
            fault = (
                f"rows {first} to {last} of report_event, which entry {batch.position} vouches"
                f" for, are not what they were ({now.count} instead of {batch.detail['count']} rows"
                " or another fact)"
            )
            return Verdict(checked, sealed, end, fault, batch.position)
        sealed += batch.detail["count"]
    return Verdict(checked, sealed, end)


async def seal_history(session: AsyncSession, most: int = SEAL_AT_ONCE) -> int:
    """Vouch for the next changes of reports in one entry; return how many those are.

    What is found now is sealed by the next call: by then nobody may still add before it.
    """
    return int((await session.execute(select(func.audit_seal_history(most)))).scalar_one())
