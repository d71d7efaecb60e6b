"""Who of several is responsible for a place; all of them where that is open.

The places are decided by `geo.index`, as those of districts are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shapely import MultiPolygon, Polygon

from geo.decision import Reason
from geo.districts import District, Level
from geo.index import DistrictIndex, RoutingRules


@dataclass(frozen=True, slots=True)
class Serving:
    """Who is responsible for a place.

    Attributes
    ----------
    reason : Reason
    codes : tuple of str
        Nobody when it is `outside` all areas; several on a common border, in an overlap, and where
        the accuracy leaves it open. The likeliest comes first.
    """

    reason: Reason
    codes: tuple[str, ...]


class ServingIndex:
    """The areas of those who are responsible for the same.

    Parameters
    ----------
    areas : mapping of str to Polygon or MultiPolygon
        By code; longitudes and latitudes, EPSG:4326.
    rules : RoutingRules, optional

    Raises
    ------
    geo.districts.DistrictError
        When an area is no valid polygon.
    """

    __slots__ = ("_index",)

    def __init__(
        self, areas: Mapping[str, Polygon | MultiPolygon], rules: RoutingRules | None = None
    ) -> None:
        self._index = DistrictIndex(
            [District(code, Level.PRECINCT, None, {}, area) for code, area in areas.items()], rules
        )

    def decide(self, lon: float, lat: float, accuracy_m: float | None = 0.0) -> Serving:
        """Decide who is responsible for one place.

        Parameters
        ----------
        lon, lat : float
            Degrees, EPSG:4326.
        accuracy_m : float or None, default 0
            Radius in metres of the circle the place is in; 0 and None: not known.

        Raises
        ------
        geo.coordinates.CoordinateError
        """
        decision = self._index.decide(lon, lat, accuracy_m)
        if decision.district is None:
            return Serving(decision.reason, ())
        open_to = [
            each.code
            for each in decision.candidates
            if each.distance_m == 0.0
            or (decision.reason is Reason.UNCERTAIN and (each.share or 0.0) > 0.0)
        ]
        others = [code for code in open_to if code != decision.district]
        if decision.reason in {Reason.INSIDE, Reason.NEAREST}:
            others = []
        return Serving(decision.reason, (decision.district, *others))
