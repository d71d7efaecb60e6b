"""Numbers that were spoken: "пятьдесят два", "сто п'ять". Voice typing writes them as words."""

from collections.abc import Sequence

from geo.folding import Word, fold

_VALUES = {
    1: "один перший первый одна", 2: "два две дві другий второй", 3: "три третій третий",
    4: "четыре чотири", 5: "пять п'ять", 6: "шесть шість", 7: "семь сім", 8: "восемь вісім",
    9: "девять дев'ять", 10: "десять", 11: "одиннадцать одинадцять",
    12: "двенадцать дванадцять", 13: "тринадцать тринадцять", 14: "четырнадцать чотирнадцять",
    15: "пятнадцать п'ятнадцять", 16: "шестнадцать шістнадцять", 17: "семнадцать сімнадцять",
    18: "восемнадцать вісімнадцять", 19: "девятнадцать дев'ятнадцять", 20: "двадцать двадцять",
    30: "тридцать тридцять", 40: "сорок", 50: "пятьдесят п'ятдесят", 60: "шестьдесят шістдесят",
    70: "семьдесят сімдесят", 80: "восемьдесят вісімдесят", 90: "девяносто дев'яносто",
    100: "сто", 200: "двести двісті", 300: "триста", 400: "четыреста чотириста",
}  # fmt: skip
_NUMERALS = {fold(word): value for value, group in _VALUES.items() for word in group.split()}
_UNIT, _TEN, _HUNDRED = 10, 20, 100


def spoken(text: Sequence[Word], start: int) -> tuple[int, int] | None:
    """Read a number said in words.

    Returns
    -------
    value : int
    end : int
        The word after it. None where there is no such number.
    """
    total, below, at = 0, 1000, start
    while at < len(text):
        value = _NUMERALS.get(text[at].folded)
        if value is None or value >= below:
            break
        total += value
        at += 1
        if value < _TEN:
            break
        below = _UNIT if value < _HUNDRED else _HUNDRED
    return (total, at) if at > start else None
