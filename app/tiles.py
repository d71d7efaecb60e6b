"""Vector tiles of the districts: baked by PostGIS once for a boundary set, kept in memory."""

import asyncio
import gzip
import hashlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database
from app.models import BoundaryTile, BoundaryTileset, InForce, table_of
from app.routing import NoBoundarySetError
from geo.coordinates import Extent

LAYERS = {"precincts": "precinct", "beats": "beat"}
ALL = "all"
# Maps enlarge the tiles of the last zoom by themselves; its units are 0.6 m at the equator.
LAST_ZOOM = 14
# What a set may have of them, so that a whole country's does not fill memory.
MOST_TILES = 20_000
UNITS = 4096
BUFFER = 64
HIGHEST_LAT = 85.0511287798066
# Other processes learn of an activation by looking; between two looks is this long.
LOOK_EVERY_S = 1.0
# Distinguishes the advisory locks of baking from others.
LOCK = 0x7115

# Every parameter once, and typed: PostgreSQL would take one for several types.
BAKE = text(
    """
    WITH given AS MATERIALIZED (
        SELECT CAST(:id AS integer) AS set_id, CAST(:layer AS text) AS layer,
            CAST(:level AS text) AS level, CAST(:z AS integer) AS z,
            CAST(:last AS integer) AS last, CAST(:side AS float8) AS side,
            CAST(:half AS float8) AS half, CAST(:margin AS float8) AS margin,
            CAST(:units AS integer) AS units, CAST(:buffer AS integer) AS buffer,
            CAST(:lat AS float8) AS lat
    ), shape AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY code)::integer AS id, code, parent,
            name ->> 'uk' AS name_uk, name ->> 'ru' AS name_ru, name ->> 'en' AS name_en,
            ST_Transform(
                ST_ClipByBox2D(geom, ST_MakeEnvelope(-180, -given.lat, 180, given.lat)), 3857
            ) AS geom
        FROM district, given
        WHERE boundary_set_id = given.set_id AND district.level = given.level
    ), cut AS (
        SELECT x, y, id, code, parent, name_uk, name_ru, name_en,
            ST_AsMVTGeom(geom, ST_TileEnvelope(z, x, y), units, buffer, true) AS geom
        FROM shape CROSS JOIN given
        CROSS JOIN LATERAL generate_series(
            greatest(0, floor((ST_XMin(geom) - margin + half) / side)::integer),
            least(last, floor((ST_XMax(geom) + margin + half) / side)::integer)) AS x
        CROSS JOIN LATERAL generate_series(
            greatest(0, floor((half - ST_YMax(geom) - margin) / side)::integer),
            least(last, floor((half - ST_YMin(geom) + margin) / side)::integer)) AS y
        WHERE NOT ST_IsEmpty(geom)
    )
    INSERT INTO boundary_tile (boundary_set_id, layer, z, x, y, body)
    SELECT given.set_id, given.layer, given.z, x, y,
        ST_AsMVT(feature, given.layer, given.units, 'geom', 'id' ORDER BY cut.id)
    FROM given CROSS JOIN cut CROSS JOIN LATERAL (
        SELECT cut.id, cut.code, cut.parent, cut.name_uk, cut.name_ru, cut.name_en, cut.geom
    ) AS feature
    WHERE cut.geom IS NOT NULL
    GROUP BY given.set_id, given.layer, given.z, given.units, x, y
    """
)
HALF = math.pi * 6378137.0


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile as it is sent.

    Attributes
    ----------
    body : bytes
        Compressed by gzip.
    etag : str
        With its quotes.
    """

    body: bytes
    etag: str

    def plain(self) -> bytes:
        """Return it for who cannot decompress."""
        return gzip.decompress(self.body)


@dataclass(frozen=True, slots=True)
class Limits:
    """Which rows and columns of a zoom have tiles."""

    z: int
    west: int
    east: int
    north: int
    south: int

    def has(self, x: int, y: int) -> bool:
        """Tell whether a tile is within them."""
        return self.west <= x <= self.east and self.north <= y <= self.south


@dataclass(frozen=True, slots=True)
class Tiles:
    """All tiles of one boundary set.

    Attributes
    ----------
    by_place : mapping
        By layer (or `ALL`), z, x and y.
    limits : tuple of Limits
        By zoom.
    extent : tuple of float or None
        West, south, east, north in degrees, of all tiles that are not empty.
    """

    boundary_set_id: int
    by_place: Mapping[tuple[str, int, int, int], Tile]
    limits: tuple[Limits, ...]
    extent: Extent | None


async def bake(session: AsyncSession, boundary_set_id: int) -> bool:
    """Make the tiles of a boundary set, unless they are there.

    Call it before anything is locked that live routing waits for: a large set takes seconds.

    Parameters
    ----------
    session
    boundary_set_id : int
        Of a set that does not change any more.

    Returns
    -------
    bool
        Whether there was anything to do.
    """
    # Of two that come at once, the second finds the work of the first.
    await session.execute(
        text("SELECT pg_advisory_xact_lock(:lock, :id)"), {"lock": LOCK, "id": boundary_set_id}
    )
    if await _baked(session, boundary_set_id):
        return False
    zoom = _last_zoom(await _extent(session, boundary_set_id))
    await session.execute(
        insert(table_of(BoundaryTileset)).inline(),
        {"boundary_set_id": boundary_set_id, "max_zoom": zoom},
    )
    for z in range(zoom + 1):
        side = 2 * HALF / 2**z
        for layer, level in LAYERS.items():
            await session.execute(
                BAKE,
                {
                    "id": boundary_set_id,
                    "layer": layer,
                    "level": level,
                    "z": z,
                    "last": 2**z - 1,
                    "side": side,
                    "half": HALF,
                    "margin": side * BUFFER / UNITS,
                    "units": UNITS,
                    "buffer": BUFFER,
                    "lat": HIGHEST_LAT,
                },
            )
    return True


async def _baked(session: AsyncSession, boundary_set_id: int) -> bool:
    found = await session.execute(
        select(BoundaryTileset.boundary_set_id).where(
            BoundaryTileset.boundary_set_id == boundary_set_id
        )
    )
    return found.scalar() is not None


async def _extent(session: AsyncSession, boundary_set_id: int) -> Extent | None:
    row = (
        await session.execute(
            text(
                "SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM ("
                " SELECT ST_Extent(geom) AS box FROM district WHERE boundary_set_id = :id) AS all_"
            ),
            {"id": boundary_set_id},
        )
    ).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])


def _last_zoom(extent: Extent | None) -> int:
    if extent is None:
        return 0
    count = 0
    for z in range(LAST_ZOOM + 1):
        its = _limits(extent, z)
        count += (its.east - its.west + 1) * (its.south - its.north + 1)
        if count > MOST_TILES:
            return max(0, z - 1)
    return LAST_ZOOM


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Return column and row of the tile that a point is in.

    Parameters
    ----------
    lon, lat : float
        Degrees.
    z : int
        Zoom.
    """
    size = 2**z
    phi = math.radians(max(-HIGHEST_LAT, min(HIGHEST_LAT, lat)))
    x = math.floor((lon + 180) / 360 * size)
    y = math.floor((1 - math.asinh(math.tan(phi)) / math.pi) / 2 * size)
    return max(0, min(size - 1, x)), max(0, min(size - 1, y))


async def load(session: AsyncSession, boundary_set_id: int) -> Tiles:
    """Read the tiles of a boundary set that have been baked.

    Parameters
    ----------
    session
    boundary_set_id : int
    """
    rows = await session.execute(
        select(
            BoundaryTile.layer, BoundaryTile.z, BoundaryTile.x, BoundaryTile.y, BoundaryTile.body
        ).where(BoundaryTile.boundary_set_id == boundary_set_id)
    )
    layers = {(row.layer, row.z, row.x, row.y): bytes(row.body) for row in rows}
    extent = await _extent(session, boundary_set_id)
    max_zoom = (
        await session.execute(
            select(BoundaryTileset.max_zoom).where(
                BoundaryTileset.boundary_set_id == boundary_set_id
            )
        )
    ).scalar_one()
    return await asyncio.to_thread(_prepared, boundary_set_id, layers, extent, max_zoom)


def _prepared(
    boundary_set_id: int,
    layers: Mapping[tuple[str, int, int, int], bytes],
    extent: Extent | None,
    max_zoom: int,
) -> Tiles:
    found: dict[tuple[str, int, int, int], Tile] = {}
    places = sorted({place[1:] for place in layers})
    for place in places:
        parts = [layers[(layer, *place)] for layer in LAYERS if (layer, *place) in layers]
        for layer in LAYERS:
            if (layer, *place) in layers:
                found[(layer, *place)] = _tile(layers[(layer, *place)])
        # Tiles are protocol buffers with layers in a row: those of one place, joined, are one.
        found[(ALL, *place)] = _tile(b"".join(parts))
    limits = {z: _limits(extent, z) for z in range(max_zoom + 1)} if extent else {}
    for z, x, y in places:
        its = limits.get(z, Limits(z, x, x, y, y))
        limits[z] = Limits(
            z, min(its.west, x), max(its.east, x), min(its.north, y), max(its.south, y)
        )
    return Tiles(boundary_set_id, found, tuple(limits[z] for z in sorted(limits)), extent)


def _limits(extent: Extent, z: int) -> Limits:
    west, north = tile_at(extent[0], extent[3], z)
    east, south = tile_at(extent[2], extent[1], z)
    return Limits(z, west, east, north, south)


def _tile(body: bytes) -> Tile:
    digest = hashlib.sha256(body).hexdigest()[:20]
    return Tile(gzip.compress(body, 6, mtime=0), f'"{digest}"')


@dataclass(slots=True)
class TileStore:
    """The tiles of the boundary set in force, in the memory of this process.

    Parameters
    ----------
    database : Database
        Asked once a second at most which set is in force.
    """

    database: Database
    _tiles: Tiles | None = None
    _good_until: float = -math.inf
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def fresh(self) -> Tiles | None:
        """Return the tiles when it is known that they are those in force; without waiting."""
        return self._tiles if time.monotonic() < self._good_until else None

    async def current(self) -> Tiles:
        """Return the tiles in force; they are baked here when nobody has done it before.

        Raises
        ------
        NoBoundarySetError
        """
        found = self.fresh()
        if found is not None:
            return found
        async with self._looking:
            found = self.fresh()
            return found if found is not None else await self._look()

    async def _look(self) -> Tiles:
        async with self.database.transaction() as session:
            in_force = (await session.execute(select(InForce.boundary_set_id))).scalar()
            if in_force is None:
                raise NoBoundarySetError
            if self._tiles is None or self._tiles.boundary_set_id != in_force:
                await bake(session, in_force)
                self._tiles = await load(session, in_force)
        self._good_until = time.monotonic() + LOOK_EVERY_S
        return self._tiles
