"""Let go of what reports say and where they were; what is counted stays.

Each step takes ids of reports that are locked, and does all of one kind in a few statements.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kept import Content

Step = Callable[[AsyncSession, list[int]], Awaitable[int]]

FORGET_WORDS = (
    (
        "UPDATE report SET text = '', triage = NULL, assigned_why = NULL, place_offers = NULL,"
        " album = NULL, purged = purged | 1 WHERE id = ANY(:ids)"
    ),
    "DELETE FROM report_message WHERE report_id = ANY(:ids)",
    "DELETE FROM group_reply WHERE report_id = ANY(:ids)",
    "DELETE FROM muted_message WHERE report_id = ANY(:ids)",
    "UPDATE strike SET words = NULL WHERE report_id = ANY(:ids) AND words IS NOT NULL",
    (
        "UPDATE desk_draft AS d SET text = NULL FROM desk_topic AS t"
        " WHERE t.id = d.topic_id AND t.report_id = ANY(:ids) AND d.text IS NOT NULL"
    ),
    # What the desks' topics and the officers' messages were sent as is still referred to.
    (
        "UPDATE outbox SET payload = '{}', last_error = NULL WHERE id IN ("
        " SELECT outbox_id FROM officer_task WHERE report_id = ANY(:ids)"
        " UNION ALL SELECT outbox_id FROM desk_topic WHERE report_id = ANY(:ids)"
        " UNION ALL SELECT made_by_outbox_id FROM desk_topic WHERE report_id = ANY(:ids))"
        " AND state NOT IN ('queued', 'sending')"
    ),
    (
        "DELETE FROM outbox AS o WHERE report_id = ANY(:ids) AND state NOT IN ('queued', 'sending')"
        " AND NOT EXISTS (SELECT FROM officer_task AS t"
        " WHERE t.report_id = o.report_id AND t.outbox_id = o.id)"
        " AND NOT EXISTS (SELECT FROM desk_topic AS t"
        " WHERE t.report_id = o.report_id AND o.id IN (t.outbox_id, t.made_by_outbox_id))"
    ),
    "UPDATE officer_task SET shown = '{}' WHERE report_id = ANY(:ids)",
    (
        "UPDATE desk_topic AS t SET shown = '{}', name = '№ ' || r.number FROM report AS r"
        " WHERE r.id = t.report_id AND r.id = ANY(:ids)"
    ),
)
FORGET_PLACE = (
    # To somewhere inside the beat: what is counted by district stays countable.
    """
    WITH inside AS MATERIALIZED (
        SELECT d.boundary_set_id, d.code, ST_PointOnSurface(d.geom) AS place FROM district AS d
         WHERE (d.boundary_set_id, d.code) IN (
            SELECT r.boundary_set_id, coalesce(r.beat_code, r.precinct_code) FROM report AS r
             WHERE r.id = ANY(:ids)))
    UPDATE report AS r
       SET place = CASE WHEN r.place IS NOT NULL THEN coalesce(
               (SELECT i.place FROM inside AS i WHERE i.boundary_set_id = r.boundary_set_id
                   AND i.code = coalesce(r.beat_code, r.precinct_code)),
               ST_SnapToGrid(r.place, 0.1)) END,
           place_accuracy_m = NULL, place_label = NULL,
           decision = history_kept(r.decision, false, true), purged = r.purged | 4
     WHERE r.id = ANY(:ids)
    """,
    "UPDATE officer_task SET place = NULL WHERE report_id = ANY(:ids) AND place IS NOT NULL",
    (
        "UPDATE desk_topic AS t SET place = NULL, name = '№ ' || r.number FROM report AS r"
        " WHERE r.id = t.report_id AND r.id = ANY(:ids)"
    ),
    (
        "UPDATE outbox SET payload = '{}' WHERE report_id = ANY(:ids)"
        " AND method IN ('sendVenue', 'sendLocation') AND state NOT IN ('queued', 'sending')"
    ),
)
FORGET_FILES = "DELETE FROM media WHERE report_id = ANY(:ids)"
FILES_GONE = "UPDATE report SET purged = purged | 2 WHERE id = ANY(:ids)"
# A trigger says what is left of each; no other change of history is let through.
REDACT_WORDS = "UPDATE report_event SET salt = NULL WHERE report_id = ANY(:ids)"
REDACT_PLACE = (
    f"{REDACT_WORDS} AND concat(before, after)"
    """ ~ '"(lon|lat|accuracy_m|label|distance_m|share|candidates|said)"'"""
)
TELL = """
    INSERT INTO report_event (report_id, version, actor, kind, after, precincts)
    SELECT id, version, 'system', 'purged', jsonb_build_object('kind', cast(:kind AS text)),
           CASE WHEN precinct_code IS NULL THEN '[]' ELSE jsonb_build_array(precinct_code) END
      FROM report WHERE id = ANY(:ids)
"""


async def _run(session: AsyncSession, statements: Sequence[str], ids: list[int]) -> None:
    for statement in statements:
        await session.execute(text(statement), {"ids": ids})


async def _tell(session: AsyncSession, kind: Content, ids: list[int]) -> None:
    await session.execute(text(TELL), {"ids": ids, "kind": kind.value})


async def forget_words(session: AsyncSession, ids: list[int]) -> int:
    """Let go of texts, messages, replies, notes and what was read in them."""
    await _run(session, (*FORGET_WORDS, REDACT_WORDS), ids)
    await _tell(session, Content.WORDS, ids)
    return len(ids)


async def forget_files(session: AsyncSession, ids: list[int]) -> int:
    """Let go of photos, videos, voice and documents; without their ids Telegram gives none."""
    files: Any = await session.execute(text(FORGET_FILES), {"ids": ids})
    await _run(session, (FILES_GONE,), ids)
    return int(files.rowcount)


async def forget_place(session: AsyncSession, ids: list[int]) -> int:
    """Coarsen where it was to the beat; how the place was known stays."""
    await _run(session, (*FORGET_PLACE, REDACT_PLACE), ids)
    await _tell(session, Content.PLACE, ids)
    return len(ids)


STEPS: dict[Content, Step] = {
    Content.WORDS: forget_words,
    Content.FILES: forget_files,
    Content.PLACE: forget_place,
}
