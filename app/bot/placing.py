"""The place that a citizen's words mean: taken, asked about, corrected."""

from dataclasses import replace

from app.bot import answers
from app.bot.offers import OFFERED_FOR_TEXT, OTHER
from app.bot.parts import Parts
from app.bot.work import Talk, Work
from app.geocoding import Understood, in_words, named_in
from app.models import Report, Reporter
from app.notices import owner_lines
from app.outbox import enqueue
from app.phrases import phrase
from app.place_feedback import Thing, learn
from app.places import Place, PlaceKind
from app.report_placing import set_place
from app.reports import Routed
from app.routing import hold_boundaries
from app.workflow import UNACKNOWLEDGED, Status


async def understood(work: Work, text: str) -> Understood | None:
    """Look the place up that a text means; None where nothing can be made of it.

    Whoever calls has no report locked yet: this holds the boundaries.
    """
    if not text or text.startswith("/"):
        return None
    return await named_in(work.session, work.context, text)


async def described(work: Work, parts: Parts) -> Parts:
    """Give a shared place a readable address, in the city's language: officers read it."""
    place = parts.place
    if place is None or place.label is not None:
        return parts
    label = await in_words(work.session, work.context, place)
    return replace(parts, place=replace(place, label=label))


Rows = list[list[dict[str, str]]]
"""Buttons, row by row."""


def is_shown(talk: Talk, report: Report) -> bool:
    """Tell whether the place is one that words were understood as."""
    found = report.place_kind == PlaceKind.GEOCODED and "lon" in (report.decision or {})
    return talk.private and found


async def show(work: Work, talk: Talk, report: Report, more: Rows | None = None) -> None:
    """Show on the map where the words were understood to be, with a way to say no.

    Parameters
    ----------
    work, talk, report
    more : list of list of dict, optional
        Further buttons.
    """
    decision = report.decision or {}
    if not is_shown(talk, report):
        return
    button = {
        "text": phrase(talk.language, "place_wrong_button"),
        "callback_data": f"there:{report.number}",
    }
    await enqueue(
        work.session,
        talk.chat.id,
        "sendVenue",
        {
            "latitude": decision["lat"],
            "longitude": decision["lon"],
            "title": report.place_label or report.number,
            "address": phrase(talk.language, "place_by_text", number=report.number),
            "reply_markup": {"inline_keyboard": [[button], *(more or [])]},
        },
        purpose="place_shown",
        report_id=report.id,
    )


async def on_street(
    work: Work, text: str, report: Report, found: Understood | None
) -> Understood | None:
    """Look a further text up again with the street that its report was asked about."""
    offers = report.place_offers
    if offers and offers["kind"] == OFFERED_FOR_TEXT and (found is None or found.place is None):
        street = offers["places"][0]["label"]
        with_street = await understood(work, f"{street} {text}")
        if with_street is not None and with_street.place is not None:
            return with_street
    return found


def _may_move(report: Report) -> bool:
    return Status(report.status) in UNACKNOWLEDGED


async def on_pick(work: Work, person: Reporter, rest: str) -> str:
    """Place a report where a button says; an old button says what is true now."""
    number, _, chosen = rest.partition(":")
    await hold_boundaries(work.session)
    report = await answers.own_report(work, person, number)
    language, talk = person.language, Talk(person, person)
    if report is None:
        return phrase(language, "status_unknown", number=number[:20])
    offers = (report.place_offers or {}).get("places", [])
    if not _may_move(report):
        return phrase(language, "side_closed")
    if chosen == OTHER and (offers or report.place is None):
        await _ask(work, talk, report)
        return phrase(language, "place_other_taken", number=number)
    if not chosen.isdigit() or int(chosen) >= len(offers):
        return _known(report, language)
    taken = offers[int(chosen)]
    place = Place(
        taken["lon"], taken["lat"], PlaceKind.GEOCODED, taken["accuracy_m"], taken["label"]
    )
    report.place_offers = None
    actor = answers.citizen(talk)
    routed = await set_place(work.session, work.context, report, place, actor)
    things = [
        Thing(each["kind"], each["id"], place.label or "") for each in taken.get("things", ())
    ]
    await learn(work.session, work.context, report, place, "citizen", things, taken.get("matched"))
    answers.expect(work, person, None)
    return await _told(work, talk, routed)


def _known(report: Report, language: str) -> str:
    if report.place is None or report.place_label is None:
        return phrase(language, "side_closed")
    return phrase(language, "place_known", number=report.number, place=report.place_label)


async def _told(work: Work, talk: Talk, routed: Routed) -> str:
    report = routed.report
    lines = [
        phrase(talk.language, "place_picked", number=report.number, place=report.place_label or "")
    ]
    lines += await owner_lines(work.session, work.context.index_cache, routed, talk.language)
    return "\n".join(lines)


async def on_not_there(work: Work, person: Reporter, number: str) -> None:
    """Ask for the place anew, when the words were understood wrongly."""
    report = await answers.own_report(work, person, number)
    talk = Talk(person, person)
    if report is None or not _may_move(report):
        text = phrase(person.language, "side_closed")
        await answers.say(work, talk, text, purpose="place_wrong", report=report)
        return
    is_other = report.place_kind != PlaceKind.GEOCODED and report.place_label is not None
    await _ask(work, talk, report, "place_moved_ask" if is_other else "place_wrong_ask")


async def _ask(work: Work, talk: Talk, report: Report, words: str = "place_wrong_ask") -> None:
    answers.expect(work, talk.chat, {"ask": "place", "report": report.number})
    await answers.say(
        work,
        talk,
        phrase(talk.language, words, number=report.number, place=report.place_label),
        purpose="place_wrong",
        report=report,
        markup=answers.place_keyboard(talk.language),
    )
