"""Places that a citizen is asked to choose from: one question with buttons, and a venue for each."""

from collections import Counter
from typing import Any

from app.bot import answers
from app.bot.work import Talk, Work
from app.geocoding import Understood, place_of
from app.models import Report
from app.notices import district_words
from app.outbox import enqueue
from app.phrases import phrase
from app.place_feedback import things_of
from app.routing import current_index
from geo.found import Found, Outcome
from geo.index import DistrictIndex

OTHER = "x"
OFFERED_FOR_TEXT = "street"
PICKED = "pick"


async def offer(work: Work, report: Report, found: Understood | None) -> None:
    """Remember what the citizen is asked to choose from."""
    if found is None or found.place is not None:
        report.place_offers = None
        return
    kind = OFFERED_FOR_TEXT if found.answer.outcome is Outcome.STREET else PICKED
    set_id, index = await current_index(work.session, work.context.index_cache)
    places = [_kept(index, each) for each in found.answer.places]
    report.place_offers = {"kind": kind, "boundary_set": set_id, "places": places}


def _kept(index: DistrictIndex, found: Found) -> dict[str, Any]:
    place = place_of(found)
    return {
        "label": found.label,
        "lon": found.lon,
        "lat": found.lat,
        "accuracy_m": place.accuracy_m,
        "district": index.decide(found.lon, found.lat).district,
        "matched": found.matched,
        "things": [{"kind": each.kind, "id": each.id} for each in things_of(found)],
    }


async def question(work: Work, report: Report, language: str) -> answers.Asked | None:
    """Return the one question that the offers of a report make, with its keyboard."""
    offers = report.place_offers
    if not offers:
        return None
    if offers["kind"] == OFFERED_FOR_TEXT:
        street = offers["places"][0]["label"]
        return phrase(language, "place_street", street=street), answers.place_keyboard(language)
    districts = await _districts(work, report, language)
    named = Counter(each["label"] for each in offers["places"])
    buttons = []
    for number, each in enumerate(offers["places"]):
        text = f"📍 {each['label']}"
        if named[each["label"]] > 1 and districts[number]:
            # Streets of one name: only the district tells them apart.
            text += f" ({districts[number]})"
        buttons.append([{"text": text, "callback_data": _data(report, number)}])
    other = phrase(language, "place_other_button")
    buttons.append([{"text": other, "callback_data": f"pick:{report.number}:{OTHER}"}])
    return phrase(language, "place_several"), {"inline_keyboard": buttons}


async def show(work: Work, talk: Talk, report: Report) -> None:
    """Show each place of a question on the map, with a button of its own."""
    offers = report.place_offers
    if not talk.private or not offers or offers["kind"] != PICKED:
        return
    districts = await _districts(work, report, talk.language)
    for number, each in enumerate(offers["places"]):
        button = {
            "text": phrase(talk.language, "place_here_button"),
            "callback_data": _data(report, number),
        }
        await enqueue(
            work.session,
            talk.chat.id,
            "sendVenue",
            {
                "latitude": each["lat"],
                "longitude": each["lon"],
                "title": each["label"],
                "address": districts[number] or report.number,
                "reply_markup": {"inline_keyboard": [[button]]},
            },
            purpose="place_offered",
            report_id=report.id,
        )


def _data(report: Report, number: int) -> str:
    return f"pick:{report.number}:{number}"


async def _districts(work: Work, report: Report, language: str) -> list[str]:
    """Name the district of each place that is offered."""
    offers = report.place_offers or {}
    codes = [each.get("district") or "" for each in offers["places"]]
    words = await district_words(
        work.session, work.context.index_cache, offers.get("boundary_set"), codes, language
    )
    return [words[code].name if code in words else "" for code in codes]
