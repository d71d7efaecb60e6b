"""What the bot says back."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from telegram import CallbackQuery

from app.bot import in_group
from app.bot.in_group import danger_lines
from app.bot.parts import Parts
from app.bot.work import Talk, Work
from app.categories import LOWEST_PRIORITY as LOWEST
from app.categories import Response
from app.group_outbox import Spot, enqueue_in_group
from app.models import Report, Reporter
from app.notices import district_words, owner_lines, ranked_name
from app.outbox import enqueue, enqueue_text
from app.phrases import phrase
from app.place_feedback import learn
from app.report_placing import set_place
from app.reports import Routed, locked
from app.routing import current_index
from app.staffing import posted_officers
from app.workflow import CLOSED, Status
from geo.decision import Reason

QUESTION_OPEN = timedelta(minutes=15)
SIDES_OFFERED = 4
PLACE_ASKED = frozenset({"officer", "place"})
CALLBACK_BYTES = 64


def citizen(talk: Talk) -> str:
    """Return how history names the person."""
    return f"citizen:{talk.person.pseudonym}"


def place_keyboard(language: str) -> dict[str, Any]:
    """Return the keyboard that shares the place, or says that a life is in danger."""
    return {
        "keyboard": [
            [{"text": phrase(language, "place_button"), "request_location": True}],
            [{"text": phrase(language, "danger_button")}],
        ],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }


NO_KEYBOARD: dict[str, Any] = {"remove_keyboard": True}


async def say(
    work: Work,
    talk: Talk,
    text: str,
    *,
    purpose: str,
    report: Report | None = None,
    markup: dict[str, Any] | None = None,
    answer_to: int | None = None,
    thread_id: int | None = None,
) -> None:
    """Queue an answer in the chat of a talk."""
    if not talk.private:
        await enqueue_in_group(
            work.session,
            Spot(talk.chat.id, answer_to, thread_id),
            text,
            purpose=purpose,
            report_id=report.id if report else None,
            buttons=(markup or {}).get("inline_keyboard"),
        )
        return
    await enqueue_text(
        work.session,
        talk.chat.id,
        text,
        purpose=purpose,
        report_id=report.id if report else None,
        markup=markup,
    )


def ask_where(language: str, key: str = "ask_where") -> str:
    """Return the question for the place."""
    return phrase(language, key, button=phrase(language, "place_button"))


Asked = tuple[str, dict[str, Any]]
"""A question about the place, and its keyboard."""


async def registered(
    work: Work,
    talk: Talk,
    parts: Parts,
    routed: Routed,
    asked: Asked | None = None,
    lead: Sequence[str] = (),
) -> None:
    """Tell the number, who answers and what happens next, or ask for what is missing.

    Parameters
    ----------
    work, talk, parts, routed, asked
    lead : sequence of str
        Why the place is asked for, where it is not for the police.
    """
    if not talk.private:
        await in_group.registered(work, talk, parts, routed.report)
        return
    language, report = talk.language, routed.report
    lines = danger_lines(report, language)
    lines.append(phrase(language, "registered", number=report.number))
    markup: dict[str, Any] = NO_KEYBOARD
    if parts.strange:
        lines.append(phrase(language, "unsupported"))
    if is_nothing(report, parts):
        lines += ["", phrase(language, "manners" if report.abusive else "note_reply")]
        lines += ["", phrase(language, "danger")]
        await say(work, talk, "\n".join(lines), purpose="registered", report=report)
        return
    if report.place is None:
        where = "" if lead else ask_where(language)
        words, markup = asked or (where, place_keyboard(language))
        lines += [part for each in ("\n".join(lead), words) if each for part in ("", each)]
        # Once is enough where it stands at the top.
        lines += [] if report.danger else ["", phrase(language, "danger")]
    else:
        lines += await owner_lines(work.session, work.context.index_cache, routed, language)
        lines += _what_next(routed, language, ask_what=not (report.text or parts.files))
    await say(work, talk, "\n".join(lines), purpose="registered", report=report, markup=markup)
    await ask_side(work, talk, routed)


def is_nothing(report: Report, parts: Parts) -> bool:
    """Tell whether there is nothing in a message that anybody could look into."""
    if report.danger or report.place is not None or parts.files:
        return False
    return report.response == Response.NOTE and report.priority == LOWEST


def _what_next(routed: Routed, language: str, *, ask_what: bool) -> list[str]:
    if routed.joined is not None:
        return ["", phrase(language, "danger")]
    outside = routed.decision is not None and routed.decision.district is None
    lines = ["", phrase(language, "ask_what")] if ask_what else []
    if not outside:
        lines += ["", phrase(language, "next"), phrase(language, "danger")]
    return lines


async def completed(
    work: Work,
    talk: Talk,
    parts: Parts,
    routed: Routed,
    asked: Asked | None = None,
    *,
    is_unplaced: bool = False,
    alarmed: bool = False,
) -> None:
    """Confirm that a message was added to the report before it, or ask for the place it lacks.

    Parameters
    ----------
    work, talk, parts, routed, asked
    is_unplaced : bool
        Whether the place is to be asked for, although there was one.
    alarmed : bool
        Whether only now the report is known to be about danger to life.
    """
    if not talk.private:
        await in_group.completed(work, talk, parts, routed.report, alarmed=alarmed)
        return
    language, report = talk.language, routed.report
    lines = danger_lines(report, language) if alarmed else []
    lines.append(phrase(language, "completed", number=report.number))
    markup: dict[str, Any] | None = None
    if report.abusive and is_nothing(report, parts):
        lines += ["", phrase(language, "manners")]
    elif parts.place is not None or routed.decision is not None:
        lines += await owner_lines(work.session, work.context.index_cache, routed, language)
        lines += _what_next(routed, language, ask_what=not report.text)
        markup = NO_KEYBOARD
    elif is_unplaced or report.place is None:
        words, markup = asked or (ask_where(language, "still_where"), place_keyboard(language))
        lines.append(words)
    else:
        lines.append(phrase(language, "thanks"))
    await say(
        work,
        talk,
        "\n".join(lines),
        purpose="completed",
        report=report,
        markup=markup,
    )
    await ask_side(work, talk, routed)


async def ask_side(work: Work, talk: Talk, routed: Routed) -> None:
    """Ask on which side of a border it happened, when the accuracy leaves that open."""
    decision, report = routed.decision, routed.report
    if routed.joined is not None:
        return
    if decision is None or decision.reason is not Reason.UNCERTAIN or not talk.private:
        return
    codes = [candidate.code for candidate in decision.candidates][:SIDES_OFFERED]
    words = await district_words(
        work.session,
        work.context.index_cache,
        report.boundary_set_id,
        codes,
        talk.language,
    )
    buttons = [
        [{"text": words[code].name, "callback_data": f"side:{report.number}:{code}"}]
        for code in codes
        if code in words and len(f"side:{report.number}:{code}".encode()) <= CALLBACK_BYTES
    ]
    if len(buttons) > 1:
        await say(
            work,
            talk,
            phrase(talk.language, "side_question"),
            purpose="side_question",
            report=report,
            markup={"inline_keyboard": buttons},
        )


def expect(work: Work, reporter: Reporter, question: dict[str, Any] | None) -> None:
    """Remember what the next message of a chat answers, for a while."""
    reporter.expecting = question
    reporter.expecting_until = work.now + QUESTION_OPEN if question else None


def open_question(work: Work, chat: Reporter, kinds: Collection[str]) -> dict[str, Any] | None:
    """Return what a chat was asked, if it was one of these kinds and there still is time."""
    question = chat.expecting
    if question is None or question.get("ask") not in kinds:
        return None
    if chat.expecting_until is None or chat.expecting_until <= work.now:
        expect(work, chat, None)
        return None
    return question


async def own_report(work: Work, person: Reporter, number: str) -> Report | None:
    """Lock a report of a person's own; None when there is none of that number."""
    return (
        await work.session.execute(
            select(Report)
            .where(Report.number == number, Report.reporter_id == person.id)
            .with_for_update()
        )
    ).scalar()


async def acknowledge(
    work: Work, person: Reporter, query: CallbackQuery, text: str = "", purpose: str = "button"
) -> None:
    """Let the button that was pressed come to rest, with a word above it."""
    # Telegram shows at most 200 characters.
    payload = {"callback_query_id": query.id} | ({"text": text[:200]} if text else {})
    await enqueue(work.session, person.id, "answerCallbackQuery", payload, purpose=purpose)


async def drop_buttons(work: Work, person: Reporter, message_id: int) -> None:
    """Take the buttons from under a message: they have done their work."""
    payload = {"message_id": message_id, "reply_markup": {"inline_keyboard": []}}
    await enqueue(work.session, person.id, "editMessageReplyMarkup", payload, purpose="button")


async def expected_place(work: Work, talk: Talk, parts: Parts) -> bool:
    """Use a shared place for the question it answers; False when nothing was asked."""
    question = open_question(work, talk.chat, PLACE_ASKED) if parts.place is not None else None
    if question is None:
        return False
    expect(work, talk.chat, None)
    if question.get("ask") == "officer":
        await tell_officer(work, talk, parts)
        return True
    return await _place_linked(work, talk, parts, str(question.get("report")))


async def _place_linked(work: Work, talk: Talk, parts: Parts, number: str) -> bool:
    report = await locked(work.session, number)
    if (
        parts.place is None
        or report.reporter_id != talk.person.id
        or Status(report.status) in CLOSED
    ):
        return False
    routed = await set_place(work.session, work.context, report, parts.place, citizen(talk))
    await learn(work.session, work.context, report, parts.place, "citizen")
    await completed(work, talk, parts, routed)
    return True


async def tell_officer(work: Work, talk: Talk, parts: Parts) -> None:
    """Tell who the beat officer of a place is, when they receive and where the station is."""
    language, place = talk.language, parts.place
    if place is None:
        return
    set_id, index = await current_index(work.session, work.context.index_cache)
    decision = index.decide(place.lon, place.lat, place.accuracy_m)
    codes = [code for code in (decision.precinct, decision.beat) if code]
    words = await district_words(work.session, work.context.index_cache, set_id, codes, language)
    if decision.precinct not in words:
        text = phrase(language, "officer_outside")
    else:
        district = ", ".join(words[code].name for code in codes)
        lines = []
        posted = await posted_officers(work.session, decision.beat or "", work.now)
        for officer in sorted(posted, key=lambda p: (p.kind != "primary", p.officer)):
            named = ranked_name(officer.rank, officer.name)
            lines.append(phrase(language, "officer_answer", district=district, officer=named))
            if officer.reception:
                lines.append(phrase(language, "officer_reception", reception=officer.reception))
            break
        else:
            lines.append(phrase(language, "officer_vacant", district=district))
        station = words[decision.precinct]
        if station.address:
            lines.append(
                phrase(language, "officer_station", precinct=station.name, address=station.address)
            )
        if station.phone:
            lines.append(phrase(language, "officer_phone", phone=station.phone))
        text = "\n".join(lines)
    await say(work, talk, text, purpose="officer", markup=NO_KEYBOARD if talk.private else None)
