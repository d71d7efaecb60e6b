"""Ukrainian names in Latin letters, by the Cabinet of Ministers' resolution No. 55 of 2010."""

import re

_AT_START = {"є": "Ye", "ї": "Yi", "й": "Y", "ю": "Yu", "я": "Ya"}
_LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh",
    "з": "z", "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n",
    "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu", "я": "ia", "'": "", "’": "", "ʼ": "",
    "ы": "y", "э": "e", "ё": "io", "ъ": "",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")


def romanise(text: str) -> str:
    """Write a Ukrainian name in Latin letters: "Архипа Куїнджі" as "Arkhypa Kuindzhi"."""
    return _WORD.sub(lambda found: _word(found[0]), text)


def _word(word: str) -> str:
    lower = word.lower().replace("зг", "z\0")
    written = "".join(
        _AT_START[letter].lower() if at == 0 and letter in _AT_START
        else "gh" if letter == "\0"
        else _LETTERS.get(letter, letter)
        for at, letter in enumerate(lower)
    )  # fmt: skip
    if len(word) > 1 and word.isupper():
        return written.upper()
    return written[:1].upper() + written[1:] if word[0].isupper() else written
