"""Districts as a set keeps them: out of what was given, into the table, out as GeoJSON."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import shapely
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as upsert_into
from sqlalchemy.ext.asyncio import AsyncSession

from app.boundary_fields import in_all_languages
from app.errors import InvalidError
from app.models import DistrictRow, table_of
from geo.districts import District
from geo.topology import Progress, RawDistrict

BATCH = 500

Given = District | RawDistrict


class UnstorableError(InvalidError):
    """The districts have faults with which they cannot be stored, not even as a draft."""

    code = "boundary-problems"


def ignore(_stage: str, _done: int, _total: int) -> None:
    """Show no progress."""


def as_district(given: Given) -> District:
    """Return a district of which `validate` found that it can be stored.

    In languages in which it has no name it is called as in the first in which it has one.
    """
    if isinstance(given, District):
        return given
    if given.code is None or given.level is None or given.geometry is None:
        raise UnstorableError
    return District(
        code=given.code,
        level=given.level,
        parent=given.parent,
        name=in_all_languages(given.name),
        geometry=given.geometry,
        station_address=given.station_address,
        phone=given.phone,
    )


def as_feature(district: District) -> dict[str, Any]:
    """Return a district as a GeoJSON feature of our own schema, every digit kept."""
    return {
        "type": "Feature",
        "id": district.code,
        "properties": {
            "code": district.code,
            "level": district.level.value,
            "parent": district.parent,
            "name": dict(district.name),
            "station_address": district.station_address,
            "phone": district.phone,
        },
        "geometry": json.loads(shapely.to_geojson(district.geometry)),
    }


def same(one: District | None, other: District) -> bool:
    """Tell whether two districts are equal to the last digit."""
    if one is None:
        return False
    return _plain(one) == _plain(other) and bool(
        shapely.equals_exact(_multi(one), _multi(other), tolerance=0.0)
    )


def _plain(district: District) -> tuple[object, ...]:
    return (
        district.level,
        district.parent,
        dict(district.name),
        district.station_address,
        district.phone,
    )


def _multi(district: District) -> shapely.MultiPolygon:
    geometry = district.geometry
    return shapely.MultiPolygon([geometry]) if isinstance(geometry, shapely.Polygon) else geometry


async def write_districts(
    session: AsyncSession,
    boundary_set_id: int,
    districts: Sequence[District],
    progress: Progress = ignore,
) -> None:
    """Write districts into a set that is a draft, in place of those with their codes."""
    statement = upsert_into(table_of(DistrictRow))
    statement = statement.on_conflict_do_update(
        index_elements=["boundary_set_id", "code"],
        set_={
            column: statement.excluded[column]
            for column in ("level", "parent", "name", "station_address", "phone", "geom")
        },
    )
    for start in range(0, len(districts), BATCH):
        batch = districts[start : start + BATCH]
        rows = await asyncio.to_thread(
            lambda these: [_row(boundary_set_id, each) for each in these], batch
        )
        await session.execute(statement, rows)
        progress("storing", start + len(batch), len(districts))
    if districts:
        # Beats may come before their precinct; by now it must be there.
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        await session.execute(text("SET CONSTRAINTS ALL DEFERRED"))


def _row(boundary_set_id: int, district: District) -> dict[str, object]:
    geometry = shapely.set_srid(shapely.force_2d(_multi(district)), 4326)
    return {
        "boundary_set_id": boundary_set_id,
        "code": district.code,
        "level": district.level.value,
        "parent": district.parent,
        "name": dict(district.name),
        "station_address": district.station_address,
        "phone": district.phone,
        "geom": shapely.to_wkb(geometry, hex=True, include_srid=True),
    }
