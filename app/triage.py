"""What a report is about, read from its text; and the same when somebody says so."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import LIFE_DANGER, TO_DANGER, TOP_PRIORITY, UNSORTED, Category, Response
from app.context import UseCases
from app.errors import InvalidError
from app.incident_rules import raised
from app.models import Report
from app.triage_sets import InUse
from app.triage_words import ABUSE, DANGER, settle

BY_TEXT, BY_CITIZEN, BY_STAFF = "text", "citizen", "staff"
BY_RULES, BY_MODEL = "rules", "model"
GUESSES_KEPT = 5
MATCHES_KEPT = 20


@dataclass(frozen=True, slots=True)
class Triaged:
    """What a text makes of a report.

    Attributes
    ----------
    kept : dict
        What the report keeps of it: the words that told, and what else it may be.
    """

    category: Category
    danger: bool
    kept: dict[str, Any]

    @property
    def rude(self) -> str | None:
        """The rude words, where there is nothing else; who tells of something may swear."""
        said = self.kept["abuse"]
        tells = self.category.police and self.category.code != UNSORTED
        if not said or self.danger or tells:
            return None
        return ", ".join(each["words"] for each in said)

    @property
    def priority(self) -> int:
        """How urgent it is."""
        return TOP_PRIORITY if self.danger else self.category.priority

    @property
    def response(self) -> Response:
        """What is done with it."""
        return _response(self.category, danger=self.danger)


def _response(category: Category, *, danger: bool) -> Response:
    return Response.PATROL if danger and category.response not in TO_DANGER else category.response


def read(in_use: InUse, text: str) -> Triaged:
    """Tell what a text is about by what is in force."""
    reading = in_use.sorter.read(text)
    told = [each for each in reading.matched if each.category == DANGER]
    rude = [each for each in reading.matched if each.category == ABUSE]
    words = [each for each in reading.matched if each.category not in {DANGER, ABUSE}]
    kept = {
        "version": in_use.version_id,
        "by": BY_RULES,
        "certainty": reading.certainty,
        "guesses": [
            {"category": code, "score": score} for code, score in reading.guesses[:GUESSES_KEPT]
        ],
        "matched": [each.as_dict() for each in words[:MATCHES_KEPT]],
        "danger": [each.as_dict() for each in told[:MATCHES_KEPT]],
        "abuse": [each.as_dict() for each in rude[:MATCHES_KEPT]],
    }
    found, certainty = reading.category, reading.certainty
    learnt = _by_model(in_use, text)
    if learnt is not None:
        kept |= learnt
        found, certainty = learnt["guesses"][0]["category"], learnt["certainty"]
    category = settle(in_use.rules, found, certainty, reading.guesses, danger=reading.danger)
    if rude and category.code == UNSORTED:
        category = in_use.rules.note or category
    return Triaged(category, reading.danger, kept)


def _by_model(in_use: InUse, text: str) -> dict[str, Any] | None:
    """Tell what the model makes of a text; None where it is not on, or not certain."""
    learned = in_use.learned
    if learned is None or not text.strip():
        return None
    guesses = [
        (code, share) for code, share in learned.probabilities(text) if in_use.rules.get(code)
    ][:GUESSES_KEPT]
    if not guesses or guesses[0][1] < in_use.rules.certainty:
        return None
    best = guesses[0][0]
    return {
        "by": f"{BY_MODEL} {in_use.model_id}",
        "certainty": round(guesses[0][1], 3),
        "guesses": [{"category": code, "score": round(share, 3)} for code, share in guesses],
        "matched": [
            {"words": word.text, "category": best, "rule": BY_MODEL, "weight": round(gain, 2)}
            for word, gain in learned.telling(text, best)
        ],
    }


async def triage(session: AsyncSession, context: UseCases, text: str) -> Triaged:
    """Tell what a text is about."""
    return read(await context.triage.get(session), text)


def given(in_use: InUse, code: str) -> Category:
    """Return a category that somebody named.

    Raises
    ------
    InvalidError
        When there is none, or it is given to no report any more.
    """
    category = in_use.rules.get(code)
    if category is None:
        message = f"There is no category {code}"
        raise InvalidError(message)
    return category


def set_category(report: Report, category: Category, *, danger: bool) -> None:
    """Write a category into a report, with what follows from it."""
    report.category = category.code
    report.danger = danger
    report.priority = TOP_PRIORITY if danger else raised(category.priority, report.raised or 0)
    report.response = _response(category, danger=danger).value


def sorting(report: Report) -> dict[str, Any]:
    """Return what history keeps of a report's category, and of the rules that went over it."""
    said = {
        "category": report.category,
        "by": report.category_by,
        "priority": report.priority,
        "response": report.response,
        "danger": report.danger,
    }
    dispatch = report.dispatch or {}
    rules = [{"code": each["code"], "names": each["names"]} for each in dispatch.get("rules", ())]
    return said | ({"rules": rules, "desk": dispatch["desk"]} if rules else {})


def _stays(report: Report, triaged: Triaged, *, danger: bool) -> bool:
    """Tell whether a report keeps its category, whatever the text says by now."""
    if report.category_by != BY_TEXT or triaged.category.code == UNSORTED:
        return True
    if triaged.category.code == LIFE_DANGER and not danger:
        # Somebody has looked at these very words and said that they mean no danger.
        return True
    return report.category != UNSORTED and triaged.category.priority > report.priority


def told_anew(in_use: InUse, report: Report, triaged: Triaged, text_before: str) -> None:
    """Take what a longer or mended text says into a report; it may raise, never quietly lower."""
    category_before = report.category
    known = {each["rule"] for each in (report.triage or {}).get("danger", ())}
    is_new_danger = any(each["rule"] not in known for each in triaged.kept["danger"])
    asked = {
        name: value for name, value in (report.triage or {}).items() if name in {"asked", "offered"}
    }
    report.triage = triaged.kept | asked
    danger = report.danger or (triaged.danger and is_new_danger)
    category = triaged.category
    is_undecided = category.code == UNSORTED == report.category and report.category_by == BY_TEXT
    if not is_undecided and _stays(report, triaged, danger=danger):
        category = in_use.rules.by_code.get(report.category, category)
    priority_before, response_before = report.priority, report.response
    set_category(report, category, danger=danger)
    # Before there were words, nobody had judged how urgent it is.
    if text_before and report.priority > priority_before:
        report.priority = priority_before
        if category_before == category.code:
            report.response = response_before
