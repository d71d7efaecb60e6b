"""Make precincts of beats, where a file has none."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import shapely

from geo.districts import District, DistrictError, Level, polygonal


def precincts_of(
    beats: Sequence[District], names: Mapping[str, Mapping[str, str]] | None = None
) -> list[District]:
    """Join the beats of each precinct into its polygon.

    Gaps between beats stay as holes, for `validate` to tell of.

    Parameters
    ----------
    beats : sequence of District
        Each with a parent and a valid geometry.
    names : mapping, optional
        Names by language, by precinct code; a precinct not in it is called by its code.

    Returns
    -------
    list of District
        The precincts, by code.

    Raises
    ------
    DistrictError
        For a beat without a parent, a precinct that has a beat's code, or one without any ground.
    """
    by_precinct: defaultdict[str, list[District]] = defaultdict(list)
    for beat in beats:
        if not beat.parent:
            raise DistrictError("no_parent", beat.code, f"Beat {beat.code!r} names no precinct.")
        by_precinct[beat.parent].append(beat)
    for beat in beats:
        if beat.code in by_precinct:
            raise DistrictError(
                "duplicate_code",
                beat.code,
                f"{beat.code!r} is the code of a beat and of a precinct.",
            )
    names = names or {}
    precincts = []
    for code in sorted(by_precinct):
        own = by_precinct[code]
        geometry = polygonal(shapely.union_all([beat.geometry for beat in own]))
        if geometry is None:
            raise DistrictError(
                "no_geometry", code, f"The beats of precinct {code!r} have no geometry."
            )
        languages = sorted({language for beat in own for language in beat.name})
        name = names.get(code) or dict.fromkeys(languages, code)
        precincts.append(District(code, Level.PRECINCT, None, name, geometry))
    return precincts
