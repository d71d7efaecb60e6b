"""From a point to words that an officer can walk to: "просп. Миру, 45, біля: Драматичний театр"."""

from geo.gazetteer import Gazetteer

AT_HOUSE_M = 60.0
NEAR_HOUSE_M = 150.0
NEAR_LANDMARK_M = 150.0

_NEAR = {"uk": "біля", "ru": "возле", "en": "near"}


def describe(gazetteer: Gazetteer, lon: float, lat: float, language: str = "uk") -> str | None:
    """Tell in words where a point is.

    Parameters
    ----------
    gazetteer : Gazetteer
    lon, lat : float
        Degrees.
    language : str
        "uk", "ru" or "en".

    Returns
    -------
    str or None
        The house, with a landmark nearby; None where nothing is within 150 m.
    """
    near = gazetteer.nearest(lon, lat, max(NEAR_HOUSE_M, NEAR_LANDMARK_M))
    word = _NEAR[language]
    parts = []
    if near.house is not None and near.house_m <= NEAR_HOUSE_M:
        street, house = near.house
        address = f"{street.label[language]}, {house.number}"
        parts.append(address if near.house_m <= AT_HOUSE_M else f"{word} {address}")
    if near.landmark is not None and near.landmark_m <= NEAR_LANDMARK_M:
        parts.append(f"{word}: {near.landmark.label[language]}")
    return "; ".join(parts) or None
