"""Store boundary sets and put one in force."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import shapely
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFoundError
from app.models import Activation, BoundarySet, DistrictRow, InForce
from geo.districts import District, Level

BATCH = 500

Progress = Callable[[int, int], None]


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
    """Write a new immutable boundary set and return its id.

    Parameters
    ----------
    session
    districts : sequence of District
        Complete: every beat's precinct is among them.
    label, source, actor : str
        What people call it, where it came from, who brought it.
    notes : sequence of str
        What was repaired on reading.
    approximate : bool
        True when the boundaries are not official.
    progress : callable
        Called with districts written and their total.
    """
    boundary_set_id = (
        await session.execute(
            insert(BoundarySet)
            .values(
                label=label,
                state="draft",
                source=source,
                created_by=actor,
                notes=list(notes),
                approximate=approximate,
            )
            .returning(BoundarySet.id)
        )
    ).scalar_one()
    for start in range(0, len(districts), BATCH):
        batch = districts[start : start + BATCH]
        await session.execute(
            insert(DistrictRow), [_row(boundary_set_id, district) for district in batch]
        )
        progress(start + len(batch), len(districts))
    # Approval closes the set: from here on the database refuses to change it.
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    await session.execute(
        update(BoundarySet).where(BoundarySet.id == boundary_set_id).values(state="approved")
    )
    return boundary_set_id


def _row(boundary_set_id: int, district: District) -> dict[str, object]:
    geometry = district.geometry
    if isinstance(geometry, shapely.Polygon):
        geometry = shapely.MultiPolygon([geometry])
    return {
        "boundary_set_id": boundary_set_id,
        "code": district.code,
        "level": district.level.value,
        "parent": district.parent,
        "name": dict(district.name),
        "station_address": district.station_address,
        "phone": district.phone,
        "geom": f"SRID=4326;{shapely.to_wkt(geometry, rounding_precision=-1)}",
    }


async def activate(session: AsyncSession, boundary_set_id: int, actor: str) -> None:
    """Put an approved boundary set in force; live routing waits for this transaction.

    Raises
    ------
    NotFoundError
        When there is no such approved set.
    """
    state = (
        await session.execute(select(BoundarySet.state).where(BoundarySet.id == boundary_set_id))
    ).scalar()
    if state != "approved":
        message = f"There is no approved boundary set {boundary_set_id}"
        raise NotFoundError(message)
    await session.execute(select(InForce).with_for_update())
    values = {"boundary_set_id": boundary_set_id, "since": func.now()}
    await session.execute(
        upsert(InForce)
        .values(singleton=True, **values)
        .on_conflict_do_update(index_elements=[InForce.singleton], set_=values)
    )
    session.add(Activation(boundary_set_id=boundary_set_id, actor=actor))


async def list_sets(session: AsyncSession) -> list[BoundarySetSummary]:
    """Return every boundary set, the newest first."""
    level = DistrictRow.level
    rows = await session.execute(
        select(
            BoundarySet,
            func.count().filter(level == Level.PRECINCT.value).label("precincts"),
            func.count().filter(level == Level.BEAT.value).label("beats"),
            (select(InForce.boundary_set_id).scalar_subquery() == BoundarySet.id).label("in_force"),
        )
        .outerjoin(DistrictRow, DistrictRow.boundary_set_id == BoundarySet.id)
        .group_by(BoundarySet.id)
        .order_by(BoundarySet.id.desc())
    )
    return [
        BoundarySetSummary(
            id=row.BoundarySet.id,
            label=row.BoundarySet.label,
            state=row.BoundarySet.state,
            precincts=row.precincts,
            beats=row.beats,
            source=row.BoundarySet.source,
            created_at=row.BoundarySet.created_at,
            created_by=row.BoundarySet.created_by,
            in_force=bool(row.in_force),
        )
        for row in rows
    ]
