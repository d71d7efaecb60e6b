"""Let go of what is no longer to be kept: of closed reports, in small steps, each a transaction.

Whatever ends it in between, what was done is done and recorded, and the next purge goes on with
the rest. Nothing of a report that somebody holds is touched.
"""

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.context import UseCases
from app.db import Database
from app.kept import ANY, BITS, STRICTEST, Content, codes_of
from app.models import PurgeRecord, table_of
from app.purge_reports import STEPS
from app.retention import rules

BATCH = 200
START = {"at": datetime(1, 1, 1, tzinfo=UTC), "id": 0}

UNHELD = "NOT EXISTS (SELECT FROM report_hold AS h WHERE h.report_id = {} AND h.lifted_at IS NULL)"
DUE_REPORTS = f"""
    FROM report AS r
    WHERE r.closed_at < :cutoff AND r.closed_at IS NOT NULL AND r.purged <> 7
      AND r.purged & :bit = 0
      AND (r.category = ANY(:codes) OR (:strictest AND NOT r.category = ANY(:known)))
      AND {UNHELD.format("r.id")}
"""
DUE_FILES = DUE_REPORTS.replace("AS r", "AS r JOIN media AS m ON m.report_id = r.id", 1)
NEXT_REPORTS = (
    f"SELECT r.id, r.closed_at AS at {DUE_REPORTS} AND (r.closed_at, r.id) > (:at, :id)"
    " ORDER BY r.closed_at, r.id LIMIT :most FOR UPDATE OF r SKIP LOCKED"
)
# A hold that was placed while we waited for the report's lock.
HELD = "SELECT report_id FROM report_hold WHERE report_id = ANY(:ids) AND lifted_at IS NULL"

# Nobody is forgotten to whom something may still have to be said, who works here, or of whom a
# report is open, held or not due yet.
DUE_PEOPLE = """
    FROM identity AS i JOIN reporter AS p ON p.id = i.reporter_id
    WHERE p.kind = 'person' AND p.created_at < :cutoff
      AND NOT EXISTS (SELECT FROM officer_chat AS c WHERE c.chat_id = p.id)
      AND NOT EXISTS (SELECT FROM staff_chat AS c WHERE c.chat_id = p.id)
      AND NOT EXISTS (SELECT FROM public_group_admin AS a WHERE a.person_id = p.id)
      AND NOT EXISTS (SELECT FROM outbox AS o WHERE o.chat_id = p.id
                       AND o.state IN ('queued', 'sending'))
      AND NOT EXISTS (SELECT FROM outbox AS o WHERE o.chat_id = p.id
                       AND o.message_id IS NOT NULL AND o.created_at >= :cutoff)
      AND NOT EXISTS (
          SELECT FROM report AS r WHERE r.reporter_id = p.id
             AND (r.closed_at IS NULL
                  OR r.closed_at >= coalesce(
                      cast(cast(:cutoffs AS jsonb) ->> r.category AS timestamptz), :strict)
                  OR EXISTS (SELECT FROM report_hold AS h
                              WHERE h.report_id = r.id AND h.lifted_at IS NULL)))
"""

NEXT_PEOPLE = (
    f"SELECT p.id, p.created_at AS at {DUE_PEOPLE} AND p.id > :after"
    " ORDER BY p.id LIMIT :most FOR UPDATE OF p SKIP LOCKED"
)
FORGET_PEOPLE = (
    f"DELETE FROM identity WHERE reporter_id IN (SELECT p.id {DUE_PEOPLE} AND p.id = ANY(:ids))"  # noqa: S608
    " RETURNING reporter_id"
)

# What belongs to no report: which rows, how old each is, and how it goes.
REFERRED = (
    "EXISTS (SELECT FROM officer_task AS t WHERE t.outbox_id = x.id)"
    " OR EXISTS (SELECT FROM desk_topic AS t WHERE (t.outbox_id = x.id OR t.made_by_outbox_id = x.id))"
)
OF_OPEN = (
    "x.report_id IS NOT NULL AND EXISTS (SELECT FROM report AS r WHERE r.id = x.report_id"
    f" AND (r.closed_at IS NULL OR NOT {UNHELD.format('r.id')}))"
)
OF_NEEDED_TASK = (
    "EXISTS (SELECT FROM officer_task AS t JOIN report AS r ON r.id = t.report_id"  # noqa: S608
    f" WHERE t.outbox_id = x.id AND (r.closed_at IS NULL OR NOT {UNHELD.format('r.id')}))"
    " OR EXISTS (SELECT FROM desk_topic AS t JOIN report AS r ON r.id = t.report_id"
    " WHERE (t.outbox_id = x.id OR t.made_by_outbox_id = x.id)"
    f" AND (r.closed_at IS NULL OR NOT {UNHELD.format('r.id')}))"
)


@dataclass(frozen=True, slots=True)
class Loose:
    """Rows of one table that belong to no report."""

    table: str
    key: str
    age: str
    also: str = "true"
    blank: str | None = None
    in_order: bool = False


LOOSE = {
    Content.MESSAGES: Loose(
        "outbox",
        "id",
        "created_at",
        f"x.state NOT IN ('queued', 'sending') AND x.payload <> '{{}}' AND NOT ({OF_OPEN})"
        f" AND NOT ({OF_NEEDED_TASK})",
        blank=REFERRED,
        in_order=True,
    ),
    Content.UPDATES: Loose("inbox", "update_id", "received_at", "x.state = 'done'"),
    Content.DEAD_LETTERS: Loose("inbox", "update_id", "received_at", "x.state = 'dead'"),
    Content.NOTICES: Loose("staff_notice", "id", "at"),
    Content.PLACE_WORDS: Loose("place_feedback", "id", "at", f"NOT ({OF_OPEN})"),
    Content.UNREGISTERED: Loose("muted_message", "id", "sent_at", f"NOT ({OF_OPEN})"),
    Content.SESSIONS: Loose("staff_session", "token_hash", "expires_at"),
    Content.LOGIN_ATTEMPTS: Loose("login_attempt", "id", "at"),
    Content.GEOCODES: Loose("geocode_answer", "key", "expires_at"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """What goes now of one kind and class, and everything that is needed to find it."""

    content: Content
    privacy_class: str
    cutoff: datetime
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Count:
    """How much of one kind and class is due, or has gone."""

    content: Content
    privacy_class: str
    cutoff: datetime
    count: int
    oldest: datetime | None
    newest: datetime | None

    def beside(self, other: "Count | None") -> "Count":
        """Return both counts as one."""
        if other is None:
            return self
        oldest = min(filter(None, (self.oldest, other.oldest)), default=None)
        newest = max(filter(None, (self.newest, other.newest)), default=None)
        count = self.count + other.count
        return Count(self.content, self.privacy_class, self.cutoff, count, oldest, newest)


async def due(session: AsyncSession, context: UseCases, at: datetime) -> list[Due]:
    """Return what is due at a time, by the rules that are in force then."""
    known = codes_of((await context.triage.get(session)).rules)
    found = await rules(session, context.retention_days, at)
    cutoffs = {(each.content, each.privacy_class): at - timedelta(days=each.days) for each in found}
    people = {
        code: cutoffs[Content.IDENTITY, name].isoformat()
        for name, codes in known.items()
        for code in codes
    }
    everything = [code for codes in known.values() for code in codes]
    plan = []
    for (content, name), cutoff in cutoffs.items():
        values: dict[str, Any] = {"cutoff": cutoff}
        if content is Content.IDENTITY:
            # A person's reports may be of several classes; the last of them to go decides.
            if name != STRICTEST:
                continue
            strict = cutoffs[content, STRICTEST]
            longest = min(cutoffs[content, each] for each in known)
            values = {"cutoff": longest, "cutoffs": json.dumps(people), "strict": strict}
            plan.append(Due(content, ANY, longest, values))
            continue
        if content in BITS:
            values |= {
                "bit": BITS[content],
                "codes": known[name],
                "known": everything,
                "strictest": name == STRICTEST,
            }
        plan.append(Due(content, name, cutoff, values))
    return plan


async def preview(session: AsyncSession, context: UseCases, at: datetime) -> list[Count]:
    """Count what a purge at a time would let go, and touch nothing."""
    counts = []
    for each in await due(session, context, at):
        if each.content in BITS:
            found = DUE_FILES if each.content is Content.FILES else DUE_REPORTS
            query = (
                "SELECT count(*) AS n, min(r.closed_at) AS oldest, max(r.closed_at) AS newest"
                f" {found}"
            )
        elif each.content is Content.IDENTITY:
            query = (
                "SELECT count(*) AS n, min(p.created_at) AS oldest, max(p.created_at) AS newest"
                f" {DUE_PEOPLE}"
            )
        else:
            loose = LOOSE[each.content]
            query = (
                f"SELECT count(*) AS n, min(x.{loose.age}) AS oldest, max(x.{loose.age}) AS newest"  # noqa: S608
                f" FROM {loose.table} AS x WHERE x.{loose.age} < :cutoff AND {loose.also}"
            )
        row = (await session.execute(text(query), each.values)).one()
        counts.append(
            Count(each.content, each.privacy_class, each.cutoff, row.n, row.oldest, row.newest)
        )
    return counts


async def purge(
    database: Database, context: UseCases, actor: str, batch: int = BATCH
) -> AsyncIterator[Count]:
    """Let go of what is due now, step by step.

    Parameters
    ----------
    database : Database
        In the bot's role or the owner's: no other may read identities.
    context : UseCases
    actor : str
        Who began it.
    batch : int
        Rows, or reports, of one transaction.

    Yields
    ------
    Count
        What one transaction, committed by now, has let go.
    """
    run = uuid.uuid4()
    async with database.transaction() as session:
        plan = await due(session, context, context.clock())
        await audit.note(session, actor, "purge.begun", str(run))
    total = 0
    for each in plan:
        async for gone in _all_of(database, each, run, actor, batch):
            total += gone.count
            yield gone
    async with database.transaction() as session:
        await audit.note(session, actor, "purge.ended", str(run), {"count": total})


async def _all_of(
    database: Database, each: Due, run: uuid.UUID, actor: str, batch: int
) -> AsyncIterator[Count]:
    after = dict(START)
    more = True
    while more:
        async with database.transaction() as session:
            if each.content in STEPS:
                more, counted = await _reports(session, each, after, batch)
            elif each.content is Content.IDENTITY:
                more, counted = await _people(session, each, after, batch)
            else:
                more, counted = await _loose(session, each, after, batch)
            if counted.count:
                await _record(session, counted, run, actor)
        if counted.count:
            yield counted


async def _reports(
    session: AsyncSession, each: Due, after: dict[str, Any], batch: int
) -> tuple[bool, Count]:
    rows = (await session.execute(text(NEXT_REPORTS), each.values | after | {"most": batch})).all()
    if not rows:
        return False, _counted(each, [])
    after |= {"at": rows[-1].at, "id": rows[-1].id}
    ids = [row.id for row in rows]
    held = set((await session.execute(text(HELD), {"ids": ids})).scalars())
    due_now = [row for row in rows if row.id not in held]
    count = 0
    if due_now:
        count = await STEPS[each.content](session, [row.id for row in due_now])
    counted = replace(_counted(each, [row.at for row in due_now]), count=count)
    return len(rows) == batch, counted


async def _people(
    session: AsyncSession, each: Due, after: dict[str, Any], batch: int
) -> tuple[bool, Count]:
    values = each.values | {"after": after["id"], "most": batch}
    rows = (await session.execute(text(NEXT_PEOPLE), values)).all()
    if not rows:
        return False, _counted(each, [])
    after |= {"id": rows[-1].id}
    # Asked again now that nobody else can write for them: they may just have told us something.
    forgotten = set(
        (
            await session.execute(
                text(FORGET_PEOPLE), each.values | {"ids": [row.id for row in rows]}
            )
        ).scalars()
    )
    await session.execute(
        text("UPDATE reporter SET expecting = NULL, expecting_until = NULL WHERE id = ANY(:ids)"),
        {"ids": sorted(forgotten)},
    )
    times = [row.at for row in rows if row.id in forgotten]
    return len(rows) == batch, _counted(each, times)


async def _loose(
    session: AsyncSession, each: Due, after: dict[str, Any], batch: int
) -> tuple[bool, Count]:
    loose = LOOSE[each.content]
    values = each.values | {"most": batch}
    where = f"x.{loose.age} < :cutoff AND {loose.also}"
    if loose.in_order:
        # Numbers are as old as their rows: what is younger need not be looked through.
        if "below" not in after:
            first_young = (
                f"SELECT x.{loose.key} FROM {loose.table} AS x WHERE x.{loose.age} >= :cutoff"  # noqa: S608
                f" ORDER BY x.{loose.key} LIMIT 1"
            )
            after["below"] = (await session.execute(text(first_young), each.values)).scalar()
        where += f" AND x.{loose.key} > :after"
        values["after"] = after["id"]
        if after["below"] is not None:
            where += f" AND x.{loose.key} < :below"
            values["below"] = after["below"]
    found = (
        f"SELECT x.{loose.key} AS key, x.{loose.age} AS at, {loose.blank or 'false'} AS blank"  # noqa: S608
        f" FROM {loose.table} AS x WHERE {where}"
        f" ORDER BY x.{loose.key} LIMIT :most FOR UPDATE OF x SKIP LOCKED"
    )
    rows = (await session.execute(text(found), values)).all()
    if rows and loose.in_order:
        after["id"] = rows[-1].key
    for blank, statement in (
        (True, f"UPDATE {loose.table} SET payload = '{{}}', last_error = NULL"),  # noqa: S608
        (False, f"DELETE FROM {loose.table}"),  # noqa: S608
    ):
        keys = [row.key for row in rows if row.blank is blank]
        if keys:
            await session.execute(
                text(f"{statement} WHERE {loose.key} = ANY(:keys)"), {"keys": keys}
            )
    return len(rows) == batch, _counted(each, [row.at for row in rows])


def _counted(each: Due, times: list[datetime]) -> Count:
    oldest, newest = (min(times), max(times)) if times else (None, None)
    return Count(each.content, each.privacy_class, each.cutoff, len(times), oldest, newest)


async def _record(session: AsyncSession, gone: Count, run: uuid.UUID, actor: str) -> None:
    await session.execute(
        insert(table_of(PurgeRecord)).values(
            run=run,
            actor=actor,
            content=gone.content.value,
            privacy_class=gone.privacy_class,
            count=gone.count,
            oldest=gone.oldest,
            newest=gone.newest,
        )
    )
