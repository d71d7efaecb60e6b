"""Drafts: boundary sets that may still change. Every change is validated, numbered and audited."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import boundary_audit
from app.boundary_rows import (
    Given,
    UnstorableError,
    as_district,
    as_feature,
    ignore,
    same,
    write_districts,
)
from app.context import UseCases
from app.errors import ConflictError, NotFoundError
from app.models import BoundarySet, DistrictRow, InForce
from app.phrases.boundary import problem_words
from app.routing import load_districts
from geo.districts import District
from geo.problem import Problem, Severity
from geo.topology import Progress, validate

# Of more problems than this only the worst are kept: they share a cause.
KEPT_PROBLEMS = 2_000
SHOWN_IN_ERROR = 200
DRAFT, PROPOSED, APPROVED = "draft", "proposed", "approved"


class NotADraftError(ConflictError):
    """Only a draft can be changed; withdraw a proposal first, or begin a new draft."""

    code = "not-a-draft"


class StaleRevisionError(ConflictError):
    """The draft has changed since you read it."""

    code = "stale"


async def find_set(
    session: AsyncSession, boundary_set_id: int, *, lock: bool = False
) -> BoundarySet:
    """Return a boundary set, locked against other changes if asked for.

    Raises
    ------
    NotFoundError
    """
    query = select(BoundarySet).where(BoundarySet.id == boundary_set_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = (await session.execute(query)).scalar()
    if found is None:
        message = f"There is no boundary set {boundary_set_id}"
        raise NotFoundError(message)
    return found


async def problems_of(session: AsyncSession, boundary_set_id: int) -> list[dict[str, Any]]:
    """Return what validation found, JSON-ready, the worst first; at most `KEPT_PROBLEMS`.

    Raises
    ------
    NotFoundError
    """
    found = (
        await session.execute(select(BoundarySet.problems).where(BoundarySet.id == boundary_set_id))
    ).scalar()
    if found is None:
        message = f"There is no boundary set {boundary_set_id}"
        raise NotFoundError(message)
    return list(found)


async def create_draft(  # noqa: PLR0913 - each by its name, and each a column
    session: AsyncSession,
    districts: Sequence[District],
    *,
    label: str,
    source: str,
    actor: str,
    based_on: int | None = None,
    problems: Sequence[Problem] = (),
    notes: Sequence[Any] = (),
    approximate: bool = False,
    progress: Progress = ignore,
) -> int:
    """Write a new draft and return its id.

    Parameters
    ----------
    session
    districts : sequence of District
        Complete: every beat's precinct is among them. Their geometries may be broken.
    label, source, actor : str
        What people call it, where it came from, who brought it.
    based_on : int, optional
        The boundary set it changes; one that is no longer in force cannot be followed by it.
    problems : sequence of Problem
        What `validate` found.
    notes : sequence
        What was assumed or repaired; JSON-ready.
    approximate : bool
        True when the boundaries are not official.
    progress : callable
        Called with `storing`, districts written and their total.
    """
    kept, counts = _kept(problems)
    boundary_set_id = (
        await session.execute(
            insert(BoundarySet)
            .values(
                label=label,
                state=DRAFT,
                source=source,
                created_by=actor,
                edited_by=[actor],
                based_on=based_on,
                notes=list(notes),
                approximate=approximate,
                problems=kept,
                problem_counts=counts,
            )
            .returning(BoundarySet.id)
        )
    ).scalar_one()
    await write_districts(session, boundary_set_id, districts, progress)
    await boundary_audit.note(
        session,
        boundary_set_id,
        actor=actor,
        kind="uploaded",
        after={
            "label": label,
            "source": source,
            "based_on": based_on,
            "districts": len(districts),
            "problems": counts,
        },
    )
    return boundary_set_id


async def draft_districts(session: AsyncSession, boundary_set_id: int) -> list[District]:
    """Return the districts of a boundary set in any state, ordered by code.

    Raises
    ------
    NotFoundError
    """
    await find_set(session, boundary_set_id)
    return await load_districts(session, boundary_set_id)


async def edit_draft(
    session: AsyncSession,
    context: UseCases,
    boundary_set_id: int,
    *,
    upsert: Sequence[Given],
    remove: Sequence[str] = (),
    actor: str,
    revision: int | None = None,
) -> int:
    """Change some districts of a draft, and validate all of it.

    Parameters
    ----------
    session, context
    boundary_set_id : int
    upsert : sequence of District or RawDistrict
        New ones, and others in place of those with their codes.
    remove : sequence of str
        Codes; one that is not there is an error.
    actor : str
        Login.
    revision : int, optional
        The one the change is meant for.

    Returns
    -------
    int
        The new revision.

    Raises
    ------
    NotFoundError
    NotADraftError
    StaleRevisionError
        With `revision`, the present one.
    UnstorableError
        With `problems`; nothing is changed then.
    """
    draft = await _editable(session, boundary_set_id, revision)
    former = {each.code: each for each in await load_districts(session, boundary_set_id)}
    if absent := sorted(set(remove) - former.keys()):
        message = f"The draft has no district {', '.join(absent)}"
        raise NotFoundError(message)
    given = {each.code for each in upsert}
    stay = [one for code, one in former.items() if code not in given and code not in set(remove)]
    return await _rewrite(session, context, draft, former, [*stay, *upsert], actor)


async def replace_draft(
    session: AsyncSession,
    context: UseCases,
    boundary_set_id: int,
    *,
    districts: Sequence[Given],
    actor: str,
    revision: int | None = None,
) -> int:
    """Put other districts in place of all those of a draft; see `edit_draft`."""
    draft = await _editable(session, boundary_set_id, revision)
    former = {each.code: each for each in await load_districts(session, boundary_set_id)}
    return await _rewrite(session, context, draft, former, districts, actor)


async def delete_draft(session: AsyncSession, boundary_set_id: int, actor: str) -> None:
    """Throw a draft away; what was done to it stays in the audit.

    Raises
    ------
    NotFoundError, NotADraftError
    """
    draft = await _editable(session, boundary_set_id, None)
    rows = await session.execute(
        delete(DistrictRow)
        .where(DistrictRow.boundary_set_id == boundary_set_id)
        .returning(DistrictRow.code)
    )
    count = len(rows.all())
    # Sets that were begun from it stand on their own.
    await session.execute(
        update(BoundarySet)
        .where(BoundarySet.based_on == boundary_set_id, BoundarySet.state != APPROVED)
        .values(based_on=draft.based_on)
    )
    await boundary_audit.note(
        session,
        boundary_set_id,
        actor=actor,
        kind="deleted",
        before={"label": draft.label, "source": draft.source, "districts": count},
    )
    await session.delete(draft)
    await session.flush()


async def _editable(
    session: AsyncSession, boundary_set_id: int, revision: int | None
) -> BoundarySet:
    draft = await find_set(session, boundary_set_id, lock=True)
    if draft.state != DRAFT:
        message = f"Boundary set {boundary_set_id} is {draft.state}: only a draft can be changed"
        raise NotADraftError(message, state=draft.state)
    if revision is not None and revision != draft.revision:
        message = f"The draft is at revision {draft.revision}, not {revision}"
        raise StaleRevisionError(message, revision=draft.revision)
    return draft


async def _rewrite(
    session: AsyncSession,
    context: UseCases,
    draft: BoundarySet,
    former: dict[str, District],
    given: Sequence[Given],
    actor: str,
) -> int:
    problems = await validated(session, context, given)
    refuse_unstorable(problems)
    after = {each.code: each for each in map(as_district, given)}
    changed = [one for code, one in after.items() if not same(former.get(code), one)]
    gone = sorted(former.keys() - after.keys())
    if gone:
        await session.execute(
            delete(DistrictRow).where(
                DistrictRow.boundary_set_id == draft.id, DistrictRow.code.in_(gone)
            )
        )
    await write_districts(session, draft.id, changed)
    draft.revision += 1
    draft.problems, draft.problem_counts = _kept(problems)
    draft.edited_by = sorted({*draft.edited_by, actor})
    await boundary_audit.note(
        session,
        draft.id,
        actor=actor,
        kind="edited",
        before={
            "revision": draft.revision - 1,
            "districts": [
                as_feature(former[code])
                for code in sorted({*gone, *(each.code for each in changed)})
                if code in former
            ],
        },
        after={
            "revision": draft.revision,
            "districts": [as_feature(each) for each in changed],
            "removed": gone,
        },
    )
    await session.flush()
    return draft.revision


async def validated(
    session: AsyncSession, context: UseCases, districts: Sequence[Given]
) -> list[Problem]:
    """Return what is wrong with districts, compared with the boundary set in force."""
    found = (await session.execute(select(InForce.boundary_set_id))).scalar()
    in_force: Sequence[District] = ()
    if found is not None:
        known = await context.index_cache.known(session, found)
        in_force = tuple(known.districts.values())
    return await asyncio.to_thread(validate, districts, context.topology, in_force=in_force)


def refuse_unstorable(problems: Sequence[Problem]) -> None:
    """Raise UnstorableError when the database could not hold what has these problems."""
    fatal = [problem for problem in problems if not problem.storable]
    if fatal:
        raise UnstorableError(
            f"The districts cannot be stored: {len(fatal)} faults",
            problems=said([problem.as_dict() for problem in problems[:SHOWN_IN_ERROR]]),
            problems_total=len(problems),
        )


def said(problems: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return problems with what people read of them, in every language, under `words`."""
    return [problem | {"words": problem_words(problem)} for problem in problems]


def _kept(problems: Sequence[Problem]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    counts = {
        severity.value: sum(problem.severity is severity for problem in problems)
        for severity in Severity
    }
    return [problem.as_dict() for problem in problems[:KEPT_PROBLEMS]], counts
