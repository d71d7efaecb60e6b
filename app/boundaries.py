"""Which boundary set is in force: putting one there, and what was there before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app import boundary_audit, boundary_notices
from app.boundary_drafts import APPROVED, create_draft, find_set
from app.context import UseCases, utc_now
from app.errors import ConflictError, NotFoundError
from app.models import Activation, BoundarySet, DistrictRow, InForce
from app.rerouting import reroute
from app.routing import IndexCache, hold_for_change
from app.tiles import bake
from geo.districts import District, Level
from geo.index import DistrictIndex, RoutingRules

Progress = Callable[[int, int], None]


class BasedOnOldSetError(ConflictError):
    """The set was made from one that is no longer in force; rebase it first."""

    code = "based-on-old-set"


class AlreadyInForceError(ConflictError):
    """The boundary set is in force already."""

    code = "already-in-force"


def _ignore(_done: int, _total: int) -> None:
    """Show no progress."""


async def store_set(
    session: AsyncSession,
    districts: Sequence[District],
    *,
    label: str,
    source: str,
    actor: str,
    notes: Sequence[str] = (),
    approximate: bool = False,
    progress: Progress = _ignore,
) -> int:
    """Write a new, approved boundary set and return its id: the command line's way, in one step.

    Parameters
    ----------
    session
    districts : sequence of District
        Complete: every beat's precinct is among them, and an index can be made of them.
    label, source, actor : str
        What people call it, where it came from, who brought it.
    notes : sequence of str
        What was repaired on reading.
    approximate : bool
        True when the boundaries are not official.
    progress : callable
        Called with districts written and their total.
    """
    boundary_set_id = await create_draft(
        session,
        districts,
        label=label,
        source=source,
        actor=actor,
        based_on=await in_force(session),
        notes=notes,
        approximate=approximate,
        progress=lambda _stage, done, total: progress(done, total),
    )
    # Approval closes the set: from here on the database refuses to change it.
    await session.execute(
        update(BoundarySet)
        .where(BoundarySet.id == boundary_set_id)
        .values(state=APPROVED, approved_by=actor, approved_at=func.now())
    )
    await boundary_audit.note(session, boundary_set_id, actor=actor, kind="approved")
    return boundary_set_id


async def in_force(session: AsyncSession) -> int | None:
    """Return the id of the boundary set in force, without holding it there."""
    return (await session.execute(select(InForce.boundary_set_id))).scalar()


async def in_force_at(session: AsyncSession, at: datetime) -> int:
    """Return the id of the boundary set that was in force at an instant.

    Raises
    ------
    NotFoundError
        When there was none yet.
    """
    found = (
        await session.execute(
            select(Activation.boundary_set_id)
            .where(Activation.at <= at)
            .order_by(Activation.at.desc(), Activation.id.desc())
            .limit(1)
        )
    ).scalar()
    if found is None:
        raise NotFoundError("No boundary set was in force then")
    return found


async def check_base(session: AsyncSession, found: BoundarySet, *, rollback: bool = False) -> None:
    """Refuse a set that was not made from the one in force, unless it is gone back to.

    Raises
    ------
    BasedOnOldSetError
        With `based_on` and `in_force`.
    """
    now = await in_force(session)
    if now is None or found.based_on == now:
        return
    if rollback:
        was_there = select(exists().where(Activation.boundary_set_id == found.id))
        if (await session.execute(was_there)).scalar():
            return
        message = f"Boundary set {found.id} was never in force: there is nothing to go back to"
    else:
        message = (
            f"Boundary set {found.id} was made from {found.based_on or 'nothing'}, and {now} is in"
            " force now: rebase it, so that nothing of what changed since is lost"
        )
    raise BasedOnOldSetError(message, based_on=found.based_on, in_force=now)


@dataclass(frozen=True, slots=True)
class Activated:
    """What putting a set in force did.

    Attributes
    ----------
    counts : dict of str to int
        Reports `moved`, `proposed` for moving, and `withdrawn` proposals.
    """

    boundary_set_id: int
    former_set_id: int | None
    activation_id: int
    counts: dict[str, int]


async def activate(
    session: AsyncSession,
    boundary_set_id: int,
    actor: str,
    context: UseCases | None = None,
    *,
    rollback: bool = False,
) -> Activated:
    """Put an approved boundary set in force and re-route the open reports by it.

    Everybody who routes or changes a report holds the set in force first and the report after it;
    this waits until they are done and makes those who come later wait, so that no report slips
    between two sets, and nobody waits for each other.

    Parameters
    ----------
    session
    boundary_set_id : int
    actor : str
    context : UseCases, optional
        The rules of routing of this installation; the standard ones by default.
    rollback : bool
        True to go back to a set that was in force before.

    Raises
    ------
    NotFoundError
        When there is no such approved set.
    AlreadyInForceError
    BasedOnOldSetError
    BusyError
    """
    found = await find_set(session, boundary_set_id)
    if found.state != APPROVED:
        message = f"There is no approved boundary set {boundary_set_id}"
        raise NotFoundError(message)
    await check_base(session, found, rollback=rollback)
    cache = context.index_cache if context else IndexCache(RoutingRules())
    # Before anybody has to wait.
    index = await cache.get(session, boundary_set_id)
    await bake(session, boundary_set_id)
    await hold_for_change(session)
    await check_base(session, found, rollback=rollback)
    former = await in_force(session)
    if former == boundary_set_id:
        message = f"Boundary set {boundary_set_id} is in force already"
        raise AlreadyInForceError(message)
    now = (context.clock if context else utc_now)()
    limit = context.load_limit if context else None
    return await _change(session, found, index, former, actor, now, limit)


async def _change(
    session: AsyncSession,
    found: BoundarySet,
    index: DistrictIndex,
    former: int | None,
    actor: str,
    now: datetime,
    load_limit: int | None,
) -> Activated:
    # The clock's time, not the transaction's: others may have begun and ended in between.
    values: dict[str, Any] = {"boundary_set_id": found.id, "since": func.clock_timestamp()}
    await session.execute(
        upsert(InForce)
        .values(singleton=True, **values)
        .on_conflict_do_update(index_elements=[InForce.singleton], set_=values)
    )
    boundary_set_id, label = found.id, found.label
    rerouted = await reroute(session, index, boundary_set_id, actor, now, load_limit)
    activation_id = (
        await session.execute(
            insert(Activation)
            .values(
                boundary_set_id=boundary_set_id,
                former_set_id=former,
                actor=actor,
                at=func.clock_timestamp(),
                counts=rerouted.counts,
            )
            .returning(Activation.id)
        )
    ).scalar_one()
    await boundary_notices.tell(
        session,
        activation_id,
        rerouted.moved,
        {
            "boundary_set": boundary_set_id,
            "label": label,
            "former_set": former,
            "actor": actor,
        },
    )
    await boundary_audit.note(
        session,
        boundary_set_id,
        actor=actor,
        kind="activated",
        before={"in_force": former},
        after={"in_force": boundary_set_id, "reports": rerouted.counts},
    )
    return Activated(boundary_set_id, former, activation_id, rerouted.counts)


@dataclass(frozen=True, slots=True)
class BoundarySetSummary:
    """One line of the list of boundary sets."""

    id: int
    label: str
    state: str
    precincts: int
    beats: int
    source: str
    created_at: datetime
    created_by: str
    in_force: bool
    based_on: int | None
    revision: int
    proposed_by: str | None
    proposed_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    approximate: bool
    edited_by: list[str]
    notes: list[Any]
    problem_counts: dict[str, int]
    was_in_force: bool


async def list_sets(
    session: AsyncSession, boundary_set_id: int | None = None
) -> list[BoundarySetSummary]:
    """Return every boundary set, or one, the newest first."""
    level = DistrictRow.level
    query = (
        select(
            BoundarySet,
            func.count().filter(level == Level.PRECINCT.value).label("precincts"),
            func.count().filter(level == Level.BEAT.value).label("beats"),
            (select(InForce.boundary_set_id).scalar_subquery() == BoundarySet.id).label("in_force"),
            exists().where(Activation.boundary_set_id == BoundarySet.id).label("was_in_force"),
        )
        .outerjoin(DistrictRow, DistrictRow.boundary_set_id == BoundarySet.id)
        .group_by(BoundarySet.id)
        .order_by(BoundarySet.id.desc())
    )
    if boundary_set_id is not None:
        query = query.where(BoundarySet.id == boundary_set_id)
    return [
        BoundarySetSummary(
            precincts=row.precincts,
            beats=row.beats,
            in_force=bool(row.in_force),
            was_in_force=bool(row.was_in_force),
            **{
                name: getattr(row.BoundarySet, name)
                for name in BoundarySetSummary.__dataclass_fields__
                if name not in {"precincts", "beats", "in_force", "was_in_force"}
            },
        )
        for row in await session.execute(query)
    ]


async def summary(session: AsyncSession, boundary_set_id: int) -> BoundarySetSummary:
    """Return one boundary set's line of the list.

    Raises
    ------
    NotFoundError
    """
    found = await list_sets(session, boundary_set_id)
    if not found:
        message = f"There is no boundary set {boundary_set_id}"
        raise NotFoundError(message)
    return found[0]
