"""A house number as people write it: 115А, 58/42, 60к2, д. 12 корп. 3."""

import re
from dataclasses import dataclass

_LATIN = str.maketrans("ABCEHIKMOPTXDGVZabcdegikmnoprtvxz", "АВСЕНІКМОРТХДГВЗабсдегікмнорртвхз")
_LONGEST = 60
_DASHES = str.maketrans({"–": "-", "—": "-", "‑": "-", "−": "-", "\\": "/"})
_CORPS = r"(?:корпус|корп|кор|к|секція|секция|секц|строение|стр)\.?"
# A letter apart from its number counts only where nothing follows that it could belong to: "52 а
# там" is no house 52А.
_NUMBER = re.compile(
    rf"""
    (?P<number>\d{{1,4}}) (?!\d)
    (?: (?: (?!{_CORPS}\s*\d) [-"«']? | \s (?=[а-яіїєґё]\s*(?:[,.;!?)\n]|$)) )
        (?P<letter>[а-яіїєґё]) (?![а-яіїєґё]) ["»']? )?
    (?: \s? [/-] \s? (?P<fraction>\d{{1,4}}) (?!\d) (?P<late>[а-яіїєґё] (?![а-яіїєґё]))? )?
    (?: [\s,]{{0,2}} {_CORPS} \s? (?P<corps>\d{{1,3}}[а-яіїєґё]? (?![\dа-яіїєґё])) )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:(?:номер|буд(?:инок|инку)?|дом(?:а|у)?|house|д|[№#])[\s.,]*)+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """One house number, the same however it is written.

    Attributes
    ----------
    number : int
        At least 1.
    letter : str
        One Cyrillic capital, or nothing.
    fraction : int or None
        What follows a slash or a dash: the number on the other street, as a rule.
    corps : str
        Of a block with several buildings, or nothing.
    """

    number: int
    letter: str = ""
    fraction: int | None = None
    corps: str = ""

    def __str__(self) -> str:
        fraction = "" if self.fraction is None else f"/{self.fraction}"
        corps = f"к{self.corps}" if self.corps else ""
        return f"{self.number}{self.letter}{fraction}{corps}"


def parse_house(text: str) -> HouseNumber | None:
    """Read a house number that stands alone.

    Parameters
    ----------
    text : str
        "115а", "105-а", "58/42", "60к2", "д. 12 корп. 3".

    Returns
    -------
    HouseNumber or None
        None where the text is not one house number: "5 квартира", "без номера", "0".
    """
    text = _BEFORE.sub("", text.strip(), count=1)
    read = read_house(text, 0)
    if read is None or text[read[1] :].strip(" \t\n.,;"):
        return None
    return read[0]


def read_house(text: str, start: int) -> tuple[HouseNumber, int] | None:
    """Read the house number that begins at a place of a text.

    Returns
    -------
    number : HouseNumber
    end : int
        The character after it. None where there is no house number.
    """
    # No number is longer; the rest of a long message is not looked at again for each.
    piece = text[start : start + _LONGEST]
    found = _NUMBER.match(piece.translate(_DASHES).translate(_LATIN))
    if found is None or not int(found["number"]):
        return None
    letter = found["letter"] or found["late"] or ""
    number = HouseNumber(
        int(found["number"]),
        letter.upper().replace("Ё", "Е"),
        int(found["fraction"]) if found["fraction"] else None,
        (found["corps"] or "").upper(),
    )
    return number, start + found.end()
