"""Learn from corrections; the one module that needs scikit-learn."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from app.categories import RuleSet
from app.errors import BeatwayError
from app.triage_learned import Learned, pieces
from app.triage_words import Sorter, settle

FEWEST_LABELS = 100
FEWEST_OF_A_CLASS = 3
FEWEST_HELD = 20
HELD_SHARE = 4  # one in so many
PIECES_KEPT = 20_000


class TooFewLabelsError(BeatwayError):
    """There are too few corrections to learn from."""

    code = "too-few-labels"


@dataclass(frozen=True, slots=True)
class Label:
    """A text, and what somebody said it is.

    Attributes
    ----------
    key : str
        Whatever names it: decides, always in the same way, whether it is held back.
    """

    key: str
    text: str
    category: str


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and how it did on messages that it was not made from.

    Attributes
    ----------
    labels : int
        How many it was made from.
    held : int
        How many it was judged by.
    model, rules : float
        Share of these that got the right category: with the model, and by the rules alone.
    """

    learned: Learned
    labels: int
    held: int
    model: float
    rules: float

    @property
    def better(self) -> bool:
        """Whether it may be used in place of the rules."""
        return self.held >= FEWEST_HELD and self.model > self.rules


def is_held(label: Label) -> bool:
    """Tell whether a label is kept for judging."""
    return hashlib.sha256(label.key.encode()).digest()[0] % HELD_SHARE == 0


def train(labels: Sequence[Label], rules: RuleSet) -> Trained:
    """Learn from labels, and judge the outcome beside the rules on those held back.

    Raises
    ------
    TooFewLabelsError
    """
    usable = [each for each in labels if each.text.strip() and rules.get(each.category)]
    held = [each for each in usable if is_held(each)]
    seen = Counter(each.category for each in usable if not is_held(each))
    made_from = [
        each for each in usable if not is_held(each) and seen[each.category] >= FEWEST_OF_A_CLASS
    ]
    classes = {each.category for each in made_from}
    if len(usable) < FEWEST_LABELS or len(classes) < 2:  # noqa: PLR2004 - one class is no choice
        message = (
            f"There are {len(usable)} corrections with a text; it takes {FEWEST_LABELS} of at least"
            " two categories"
        )
        raise TooFewLabelsError(message)
    learned = _fit(made_from)
    sorter = Sorter(rules)
    right_model = sum(_with_model(learned, sorter, each.text) == each.category for each in held)
    right_rules = sum(_by_rules(sorter, each.text) == each.category for each in held)
    count = max(len(held), 1)
    return Trained(learned, len(made_from), len(held), right_model / count, right_rules / count)


def _by_rules(sorter: Sorter, text: str) -> str:
    reading = sorter.read(text)
    return settle(sorter.rules, reading.category, reading.certainty, danger=reading.danger).code


def _with_model(learned: Learned, sorter: Sorter, text: str) -> str:
    code, share = learned.probabilities(text)[0]
    if share < sorter.rules.certainty or sorter.rules.get(code) is None:
        return _by_rules(sorter, text)
    return settle(sorter.rules, code, share, danger=sorter.read(text).danger).code


def _fit(labels: Sequence[Label]) -> Learned:
    vectorizer = TfidfVectorizer(
        analyzer=pieces, sublinear_tf=True, min_df=2, max_features=PIECES_KEPT
    )
    texts = vectorizer.fit_transform([each.text for each in labels])
    # Rare categories count as much as common ones; the regularisation is weak, for few labels.
    model = LogisticRegression(C=20.0, class_weight="balanced", max_iter=1000)
    model.fit(texts, [each.category for each in labels])
    weights, intercept = model.coef_, model.intercept_
    if weights.shape[0] == 1:
        # Of two classes scikit-learn keeps the second one's weights only.
        weights = np.vstack([-weights[0] / 2, weights[0] / 2])
        intercept = np.array([-intercept[0] / 2, intercept[0] / 2])
    return Learned(
        tuple(str(each) for each in model.classes_),
        tuple(str(each) for each in vectorizer.get_feature_names_out()),
        vectorizer.idf_.astype(np.float32),
        np.ascontiguousarray(weights.T, dtype=np.float32),
        intercept.astype(np.float32),
    )
