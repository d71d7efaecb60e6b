"""From draft to approval: somebody proposes, another person approves."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app import boundary_audit
from app.boundaries import check_base
from app.boundary_drafts import (
    APPROVED,
    DRAFT,
    PROPOSED,
    SHOWN_IN_ERROR,
    NotADraftError,
    StaleRevisionError,
    find_set,
    problems_of,
    said,
)
from app.context import UseCases
from app.errors import ConflictError, ForbiddenError
from app.models import BoundarySet
from app.routing import load_districts
from geo.districts import DistrictError
from geo.index import DistrictIndex
from geo.problem import Severity


class BlockingProblemsError(ConflictError):
    """The boundary set has errors that must be mended first."""

    code = "blocking-problems"


class NotProposedError(ConflictError):
    """Only a proposed boundary set can be approved or withdrawn."""

    code = "not-proposed"


class SamePersonError(ForbiddenError):
    """Somebody else has to approve: not who made, edited or proposed the boundary set."""

    code = "same-person"


async def propose(
    session: AsyncSession,
    context: UseCases,
    boundary_set_id: int,
    actor: str,
    revision: int | None = None,
) -> None:
    """Ask for approval of a draft; from now on it stays as it is.

    Raises
    ------
    NotFoundError
    NotADraftError
    StaleRevisionError
    BasedOnOldSetError
    BlockingProblemsError
    """
    draft = await find_set(session, boundary_set_id, lock=True)
    if draft.state != DRAFT:
        message = f"Boundary set {boundary_set_id} is {draft.state}: only a draft can be proposed"
        raise NotADraftError(message, state=draft.state)
    if revision is not None and revision != draft.revision:
        message = f"The draft is at revision {draft.revision}, not {revision}"
        raise StaleRevisionError(message, revision=draft.revision)
    await check_base(session, draft)
    await _refuse_errors(session, draft)
    draft.state, draft.proposed_by, draft.proposed_at = PROPOSED, actor, context.clock()
    await _note(session, draft, actor, "proposed", DRAFT)


async def withdraw(session: AsyncSession, boundary_set_id: int, actor: str) -> None:
    """Take a proposal back: it is a draft again.

    Raises
    ------
    NotFoundError
    NotProposedError
    """
    found = await _proposed(session, boundary_set_id)
    found.state, found.proposed_by, found.proposed_at = DRAFT, None, None
    await _note(session, found, actor, "withdrawn", PROPOSED)


async def approve(
    session: AsyncSession, context: UseCases, boundary_set_id: int, actor: str
) -> None:
    """Approve a proposal: it never changes again, and can be put in force.

    Raises
    ------
    NotFoundError
    NotProposedError
    SamePersonError
    BasedOnOldSetError
    BlockingProblemsError
    """
    found = await _proposed(session, boundary_set_id)
    involved = {found.created_by, found.proposed_by, *found.edited_by}
    if actor in involved and not context.allow_self_approval:
        raise SamePersonError
    await check_base(session, found)
    await _refuse_errors(session, found)
    try:
        # What cannot be routed by must not be approved, whatever validation says of it.
        DistrictIndex(await load_districts(session, boundary_set_id), context.index_cache.rules)
    except DistrictError as error:
        raise BlockingProblemsError(str(error)) from error
    found.state, found.approved_by, found.approved_at = APPROVED, actor, context.clock()
    await _note(session, found, actor, "approved", PROPOSED)


async def _proposed(session: AsyncSession, boundary_set_id: int) -> BoundarySet:
    found = await find_set(session, boundary_set_id, lock=True)
    if found.state != PROPOSED:
        message = f"Boundary set {boundary_set_id} is {found.state}, not proposed"
        raise NotProposedError(message, state=found.state)
    return found


async def _refuse_errors(session: AsyncSession, found: BoundarySet) -> None:
    if not found.problem_counts.get(Severity.ERROR.value):
        return
    problems: Sequence[Any] = await problems_of(session, found.id)
    errors = [each for each in problems if each["severity"] == Severity.ERROR.value]
    raise BlockingProblemsError(
        f"Boundary set {found.id} has {found.problem_counts[Severity.ERROR.value]} errors",
        problems=said(errors[:SHOWN_IN_ERROR]),
        problems_total=found.problem_counts[Severity.ERROR.value],
    )


async def _note(
    session: AsyncSession, found: BoundarySet, actor: str, kind: str, before: str
) -> None:
    await boundary_audit.note(
        session,
        found.id,
        actor=actor,
        kind=kind,
        before={"state": before},
        after={"state": found.state, "revision": found.revision},
    )
    await session.flush()
