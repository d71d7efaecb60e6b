"""Vector tiles of boundary sets, made once."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, SmallInteger, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class BoundaryTileset(Base):
    """A boundary set whose tiles have been made."""

    __tablename__ = "boundary_tileset"

    boundary_set_id: Mapped[int] = mapped_column(
        ForeignKey("boundary_set.id", ondelete="CASCADE"), primary_key=True
    )
    max_zoom: Mapped[int] = mapped_column(SmallInteger)
    baked_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BoundaryTile(Base):
    """One layer of one tile, as a Mapbox Vector Tile."""

    __tablename__ = "boundary_tile"
    __table_args__ = (CheckConstraint("layer IN ('precincts', 'beats')", name="layer"),)

    boundary_set_id: Mapped[int] = mapped_column(
        ForeignKey("boundary_tileset.boundary_set_id", ondelete="CASCADE"), primary_key=True
    )
    layer: Mapped[str] = mapped_column(primary_key=True)
    z: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    x: Mapped[int] = mapped_column(primary_key=True)
    y: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
