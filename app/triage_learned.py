"""What was learnt from corrections, as numbers: read back and used without the program that made it.

A linear model over pieces of folded words. Weights and vocabulary are plain arrays; nothing that is
stored is ever run.
"""

import hashlib
import io
import math
import zipfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.errors import BeatwayError
from geo.folding import Word, words

SHORTEST, LONGEST = 2, 5
WORDS_READ = 800
WORDS_SHOWN = 6
LARGEST_BYTES = 64 * 1024 * 1024
MOST_PIECES = 100_000
MOST_CLASSES = 500

Floats = NDArray[np.float32]


class SpoiltModelError(BeatwayError):
    """The stored model is not what was stored."""

    code = "spoilt-model"


def pieces_of_word(folded: str) -> list[str]:
    """Return the pieces of a folded word, its ends marked."""
    marked = f" {folded} "
    return [
        marked[start : start + length]
        for length in range(SHORTEST, LONGEST + 1)
        for start in range(max(0, len(marked) - length + 1))
    ]


def pieces(text: str) -> list[str]:
    """Return the pieces of all words of a text, as often as they occur."""
    return [piece for word in words(text)[:WORDS_READ] for piece in pieces_of_word(word.folded)]


@dataclass(frozen=True)
class Learned:
    """A model.

    Attributes
    ----------
    classes : tuple of str
        Codes of categories.
    vocabulary : tuple of str
    idf : ndarray of shape (n_pieces,)
        How much a piece tells, by how rare it is.
    weights : ndarray of shape (n_pieces, n_classes)
    intercept : ndarray of shape (n_classes,)
    """

    classes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    idf: Floats
    weights: Floats
    intercept: Floats

    @cached_property
    def _places(self) -> dict[str, int]:
        return {piece: place for place, piece in enumerate(self.vocabulary)}

    def _weighed(self, counts: Counter[str]) -> tuple[NDArray[np.intp], Floats]:
        known = [(self._places[piece], n) for piece, n in counts.items() if piece in self._places]
        places = np.array([place for place, _ in known], dtype=np.intp)
        often = np.array([1.0 + math.log(n) for _, n in known], dtype=np.float32)
        values = often * self.idf[places]
        length = float(np.linalg.norm(values))
        return places, values / length if length else values

    def probabilities(self, text: str) -> list[tuple[str, float]]:
        """Return every class with its probability, the likeliest first."""
        places, values = self._weighed(Counter(pieces(text)))
        scores = values @ self.weights[places] + self.intercept
        powers = np.exp(scores - scores.max())
        shares = powers / powers.sum()
        order = np.argsort(-shares, kind="stable")
        return [(self.classes[at], float(shares[at])) for at in order]

    def telling(self, text: str, code: str) -> list[tuple[Word, float]]:
        """Return the words that speak most for a class, in their order in the text."""
        read = words(text)[:WORDS_READ]
        places, values = self._weighed(Counter(pieces(text)))
        worth = dict(
            zip(
                places.tolist(),
                (values * self.weights[places, self.classes.index(code)]).tolist(),
                strict=True,
            )
        )
        counts = Counter(pieces(text))
        gains: dict[int, float] = defaultdict(float)
        for at, word in enumerate(read):
            for piece in pieces_of_word(word.folded):
                place = self._places.get(piece)
                if place is not None:
                    gains[at] += worth[place] / counts[piece]
        best = sorted((at for at, gain in gains.items() if gain > 0), key=lambda at: -gains[at])
        return [(read[at], gains[at]) for at in sorted(best[:WORDS_SHOWN])]


def to_bytes(learned: Learned) -> bytes:
    """Write a model as arrays."""
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        classes=np.array(learned.classes, dtype=np.str_),
        vocabulary=np.array(learned.vocabulary, dtype=np.str_),
        idf=learned.idf,
        weights=learned.weights,
        intercept=learned.intercept,
    )
    return stream.getvalue()


def digest(body: bytes) -> str:
    """Return what a stored model is known by."""
    return hashlib.sha256(body).hexdigest()


def from_bytes(body: bytes, sha256: str) -> Learned:
    """Read a model back, and refuse what is not exactly what was stored.

    Raises
    ------
    SpoiltModelError
    """
    if len(body) > LARGEST_BYTES or digest(body) != sha256:
        raise SpoiltModelError
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            learned = Learned(
                tuple(_texts(arrays["classes"])),
                tuple(_texts(arrays["vocabulary"])),
                *(_floats(arrays[name]) for name in ("idf", "weights", "intercept")),
            )
    except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise SpoiltModelError from error
    n_classes, n_pieces = len(learned.classes), len(learned.vocabulary)
    if (
        not 1 < n_classes <= MOST_CLASSES
        or not 0 < n_pieces <= MOST_PIECES
        or learned.idf.shape != (n_pieces,)
        or learned.weights.shape != (n_pieces, n_classes)
        or learned.intercept.shape != (n_classes,)
    ):
        raise SpoiltModelError
    return learned


def _texts(array: NDArray[np.str_]) -> Sequence[str]:
    if array.dtype.kind != "U":
        raise ValueError("not texts")
    return [str(each) for each in array]


def _floats(array: NDArray[np.float32]) -> Floats:
    if array.dtype != np.float32 or not np.isfinite(array).all():
        raise ValueError("not numbers")
    return array
