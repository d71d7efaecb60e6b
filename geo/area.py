"""Areas that somebody drew, and whether a point is in one."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

Ring = Sequence[tuple[float, float]]
FEWEST_CORNERS = 3


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """A polygon that is asked for many points, most of them far away."""

    polygon: shapely.Polygon
    west: float
    south: float
    east: float
    north: float

    def covers(self, lon: float, lat: float) -> bool:
        """Tell whether a point, in degrees, is in it or on its edge."""
        if not (self.west <= lon <= self.east and self.south <= lat <= self.north):
            return False
        return bool(shapely.intersects_xy(self.polygon, lon, lat))


def drawn(corners: Ring) -> DrawnArea:
    """Make an area of its corners in order.

    Parameters
    ----------
    corners : sequence of (float, float)
        Longitude and latitude in degrees, EPSG:4326; the first need not be repeated at the end.
    """
    polygon = shapely.Polygon(corners)
    shapely.prepare(polygon)
    return DrawnArea(polygon, *polygon.bounds)


def is_area(corners: Ring) -> bool:
    """Tell whether corners go round an area without crossing themselves."""
    if len(corners) < FEWEST_CORNERS:
        return False
    polygon = shapely.Polygon(corners)
    return bool(shapely.is_valid(polygon)) and polygon.area > 0
