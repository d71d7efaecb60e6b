"""Who is responsible for a place agrees with PostGIS' idea of what covers it, and is never lost."""

import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.decision import Reason
from geo.index import RoutingRules
from geo.serving import ServingIndex

# Two side by side, one across both, one apart.
AREAS = {
    "a": shapely.box(37.50, 47.00, 37.60, 47.10),
    "b": shapely.box(37.60, 47.00, 37.70, 47.10),
    "c": shapely.box(37.55, 47.02, 37.65, 47.04),
    "d": shapely.box(37.80, 47.00, 37.90, 47.10),
}
INDEX = ServingIndex(AREAS, RoutingRules())
# On the corners and edges often, and anywhere in between.
LON = st.one_of(
    st.sampled_from([37.5, 37.55, 37.6, 37.65, 37.7, 37.8, 37.9]), st.floats(37.4, 38.0)
)
LAT = st.one_of(st.sampled_from([47.0, 47.02, 47.04, 47.1]), st.floats(46.9, 47.2))


@given(LON, LAT)
def test_all_that_cover_a_point_are_named(lon: float, lat: float) -> None:
    point = shapely.Point(lon, lat)
    covering = {code for code, area in AREAS.items() if shapely.intersects(area, point)}
    found = INDEX.decide(lon, lat)
    if covering:
        assert set(found.codes) == covering
        assert (len(covering) > 1) == (found.reason in {Reason.BOUNDARY, Reason.OVERLAP})
    else:
        assert found.reason in {Reason.NEAREST, Reason.OUTSIDE}
        assert len(found.codes) == (found.reason is Reason.NEAREST)


@given(LON, LAT, st.floats(1, 5_000))
def test_a_circle_names_only_what_it_reaches(lon: float, lat: float, accuracy: float) -> None:
    found = INDEX.decide(lon, lat, accuracy)
    assert len(set(found.codes)) == len(found.codes)
    if found.reason is Reason.UNCERTAIN:
        # A degree of latitude is at most 111.7 km: this is an upper bound of the reach.
        reach = shapely.Point(lon, lat).buffer(accuracy / 75_000)
        assert all(shapely.intersects(AREAS[code], reach) for code in found.codes)


def test_a_gap_of_a_drawing_is_bridged_and_far_away_is_nobodys() -> None:
    assert INDEX.decide(37.7005, 47.05).codes == ("b",)
    assert INDEX.decide(37.75, 47.05).codes == ()
    assert ServingIndex({}).decide(37.5, 47.0).reason is Reason.OUTSIDE
