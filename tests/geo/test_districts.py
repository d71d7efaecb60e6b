import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon

from geo.districts import District, DistrictError, Level, polygonal
from geo.index import DistrictIndex
from geo.nesting import nest, parents_by_area

SQUARE = shapely.box(0, 0, 1, 1)


def precinct(code: str, geometry: object = SQUARE) -> District:
    return District(code, Level.PRECINCT, None, {}, geometry)


def beat(code: str, parent: str | None) -> District:
    return District(code, Level.BEAT, parent, {}, SQUARE)


@pytest.mark.parametrize(
    ("districts", "code", "district"),
    [
        ([precinct("a"), precinct("a")], "duplicate_code", "a"),
        ([precinct("a"), beat("a", "a")], "duplicate_code", "a"),
        ([precinct("")], "no_code", ""),
        ([precinct("a"), beat("b", None)], "no_parent", "b"),
        ([precinct("a"), beat("b", "c")], "unknown_parent", "b"),
        ([precinct("a"), beat("b", "a"), beat("c", "b")], "unknown_parent", "c"),
        ([precinct("a", None)], "no_geometry", "a"),
        ([precinct("a", Polygon())], "no_geometry", "a"),
        ([precinct("a", Point(0, 0))], "not_polygonal", "a"),
        ([precinct("a", LineString([(0, 0), (1, 1)]))], "not_polygonal", "a"),
        (
            [precinct("a", Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))],
            "invalid_geometry",
            "a",
        ),
        ([precinct("a", shapely.box(4_000_000, 5_000_000, 4_000_100, 5_000_100))], "out_of_range", "a"),
    ],
)  # fmt: skip
def test_districts_of_which_no_index_can_be_made(
    districts: list[District], code: str, district: str
) -> None:
    with pytest.raises(DistrictError) as caught:
        DistrictIndex(districts)
    assert (caught.value.code, caught.value.district) == (code, district)
    assert str(caught.value).endswith(".")


def test_an_index_knows_its_districts() -> None:
    index = DistrictIndex([beat("b", "a"), precinct("a"), precinct("c")])
    assert set(index.districts) == {"a", "b", "c"}
    assert [unit.code for unit in index.units] == ["b", "c"]
    assert index.extent == (0.0, 0.0, 1.0, 1.0)


def same(one: object, other: object) -> bool:
    return bool(shapely.equals(one, other))


def test_polygonal_keeps_polygons_only() -> None:
    other = shapely.box(2, 2, 3, 3)
    line = LineString([(0, 0), (5, 5)])
    assert polygonal(SQUARE) is SQUARE
    assert same(polygonal(GeometryCollection([SQUARE, line])), SQUARE)
    mixed = GeometryCollection([MultiPolygon([SQUARE, other]), line, Point(9, 9)])
    assert same(polygonal(mixed), MultiPolygon([SQUARE, other]))
    nested = GeometryCollection([GeometryCollection([MultiPolygon([SQUARE, other])]), line])
    assert same(polygonal(nested), MultiPolygon([SQUARE, other]))
    for nothing in (None, line, Polygon(), GeometryCollection([line])):
        assert polygonal(nothing) is None


def test_parents_by_area() -> None:
    precincts = {"n": shapely.box(0, 1, 2, 2), "s": shapely.box(0, 0, 2, 1)}
    beats = {
        "whole": shapely.box(0.1, 1.1, 0.9, 1.9),
        "mostly": shapely.box(0, 0.2, 1, 1.1),
        "away": shapely.box(5, 5, 6, 6),
        "thin": shapely.box(1.9, 0.1, 4, 0.2),
        "beside": shapely.box(2, 0, 3, 1),
    }
    assert parents_by_area(beats, precincts) == {"whole": "n", "mostly": "s", "thin": "s"}
    unclear = {found.beat: found.shares for found in nest(beats, precincts).unclear}
    assert set(unclear) == {"away", "thin", "beside"}
    assert unclear["away"] == unclear["beside"] == ()
    code, share = unclear["thin"][0]
    assert code == "s"
    assert share == pytest.approx(0.1 / 2.1)


def test_parents_by_area_measure_area_not_degrees() -> None:
    # As high in degrees on both sides of 45°, but the southern half is wider in metres.
    precincts = {"n": shapely.box(0, 45, 1, 60), "s": shapely.box(0, 30, 1, 45)}
    found = nest({"b": shapely.box(0, 30, 1, 60)}, precincts)
    assert found.parents == {"b": "s"}
    assert not found.unclear


def test_no_precincts_and_no_beats() -> None:
    assert nest({"b": SQUARE}, {}).unclear[0].beat == "b"
    assert parents_by_area({}, {"a": SQUARE}) == {}
