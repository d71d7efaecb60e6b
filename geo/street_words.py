"""What kinds of streets there are, and every way to say so before or after a name."""

from enum import StrEnum


class StreetKind(StrEnum):
    """Of one name, each kind is another place."""

    STREET = "street"
    AVENUE = "avenue"
    BOULEVARD = "boulevard"
    LANE = "lane"
    PASSAGE = "passage"
    SQUARE = "square"
    EMBANKMENT = "embankment"
    HIGHWAY = "highway"
    DESCENT = "descent"
    QUARTER = "quarter"
    MICRODISTRICT = "microdistrict"
    ALLEY = "alley"
    LINE = "line"
    DEAD_END = "dead_end"
    OTHER = "other"


# Folded; a word of four letters or more also with any ending (`geo.folding.stems`).
_WORDS: dict[StreetKind, str] = {
    StreetKind.STREET: "ул ули улиц улица вул вулиц вулиця улитса стреет стрит ст",
    StreetKind.AVENUE: "просп проспект прт пркт пр прос авенуе аве авеню пер-т",
    StreetKind.BOULEVARD: "бул бр булвар боулевард блвд бульв булв",
    StreetKind.LANE: "пер переул переулок переулк переулочек пров провул провулок провулк лане",
    StreetKind.PASSAGE: "проезд произд прзд",
    StreetKind.SQUARE: "пл площ площад площа скуаре",
    StreetKind.EMBANKMENT: "наб набережн набережна набережная",
    StreetKind.HIGHWAY: "шосе шос ш",
    StreetKind.DESCENT: "узвиз спуск узв",
    StreetKind.QUARTER: "кварт квартал квл кв-л",
    StreetKind.MICRODISTRICT: "мкр мкрн микрораион микрор мкрраион",
    StreetKind.ALLEY: "алея але",
    StreetKind.LINE: "линия лини",
    StreetKind.DEAD_END: "тупик туп",
}
KINDS: dict[str, StreetKind] = {
    word: kind for kind, group in _WORDS.items() for word in group.split()
}
# Written in two pieces: пр-т, б-р, кв-л. The second piece alone means nothing.
PIECES: dict[tuple[str, str], StreetKind] = {
    ("пр", "т"): StreetKind.AVENUE, ("пр", "кт"): StreetKind.AVENUE,
    ("просп", "т"): StreetKind.AVENUE, ("б", "р"): StreetKind.BOULEVARD,
    ("бул", "р"): StreetKind.BOULEVARD, ("кв", "л"): StreetKind.QUARTER,
    ("м", "н"): StreetKind.MICRODISTRICT, ("мк", "н"): StreetKind.MICRODISTRICT,
    ("мкр", "н"): StreetKind.MICRODISTRICT, ("п", "к"): StreetKind.AVENUE,
    ("ул", "ца"): StreetKind.STREET, ("вул", "ця"): StreetKind.STREET,
    ("пер", "к"): StreetKind.LANE,
}  # fmt: skip
# Glued to the name by those who leave spaces out.
GLUED = (
    "вулиця", "вулици", "улица", "улице", "улицу", "улици", "проспект", "проспекте", "проспекти",
    "булвар", "булваре", "булвари", "переулок", "переулке", "провулок", "провулку", "просп", "вул",
    "ул", "пр", "бул", "пер", "пров",
)  # fmt: skip

LABELS: dict[str, dict[StreetKind, str]] = {
    "uk": {
        StreetKind.STREET: "вул.", StreetKind.AVENUE: "просп.", StreetKind.BOULEVARD: "бульв.",
        StreetKind.LANE: "пров.", StreetKind.PASSAGE: "проїзд", StreetKind.SQUARE: "площа",
        StreetKind.EMBANKMENT: "наб.", StreetKind.HIGHWAY: "шосе", StreetKind.DESCENT: "узвіз",
        StreetKind.QUARTER: "квартал", StreetKind.MICRODISTRICT: "мкр-н", StreetKind.ALLEY: "алея",
        StreetKind.LINE: "лінія", StreetKind.DEAD_END: "тупик", StreetKind.OTHER: "",
    },
    "ru": {
        StreetKind.STREET: "ул.", StreetKind.AVENUE: "просп.", StreetKind.BOULEVARD: "бульв.",
        StreetKind.LANE: "пер.", StreetKind.PASSAGE: "проезд", StreetKind.SQUARE: "площадь",
        StreetKind.EMBANKMENT: "наб.", StreetKind.HIGHWAY: "шоссе", StreetKind.DESCENT: "спуск",
        StreetKind.QUARTER: "квартал", StreetKind.MICRODISTRICT: "мкр-н", StreetKind.ALLEY: "аллея",
        StreetKind.LINE: "линия", StreetKind.DEAD_END: "тупик", StreetKind.OTHER: "",
    },
    "en": {
        StreetKind.STREET: "St", StreetKind.AVENUE: "Ave", StreetKind.BOULEVARD: "Blvd",
        StreetKind.LANE: "Lane", StreetKind.PASSAGE: "Passage", StreetKind.SQUARE: "Square",
        StreetKind.EMBANKMENT: "Embankment", StreetKind.HIGHWAY: "Highway",
        StreetKind.DESCENT: "Descent", StreetKind.QUARTER: "Quarter",
        StreetKind.MICRODISTRICT: "Microdistrict", StreetKind.ALLEY: "Alley",
        StreetKind.LINE: "Line", StreetKind.DEAD_END: "Dead End", StreetKind.OTHER: "",
    },
}  # fmt: skip


def street_label(kind: StreetKind, name: str, language: str) -> str:
    """Return a street's name with the short word for its kind, as it is written in a language."""
    word = LABELS[language][kind]
    if not word:
        return name
    return f"{name} {word}" if language == "en" else f"{word} {name}"
