"""What the bot says back."""

import hashlib
import hmac
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from telegram import CallbackQuery

from app.bot.parts import Parts
from app.bot.work import Talk, Work
from app.models import Report, Reporter
from app.notices import district_words, owner_lines, ranked_name
from app.outbox import enqueue, enqueue_text
from app.phrases import phrase
from app.place_feedback import learn
from app.reports import Routed, locked, set_place
from app.routing import current_index
from app.staffing import posted_officers
from app.workflow import CLOSED, Status
from geo.decision import Reason

QUESTION_OPEN = timedelta(minutes=15)
SIDES_OFFERED = 4
PLACE_ASKED = frozenset({"officer", "place"})
CALLBACK_BYTES = 64
PROOF_LENGTH = 16


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
    await enqueue_text(
        work.session,
        talk.chat.id,
        text,
        purpose=purpose,
        report_id=report.id if report else None,
        markup=markup,
        answer_to=None if talk.private else answer_to,
        thread_id=None if talk.private else thread_id,
    )


def ask_where(language: str, key: str = "ask_where") -> str:
    """Return the question for the place."""
    return phrase(language, key, button=phrase(language, "place_button"))


Asked = tuple[str, dict[str, Any]]
"""A question about the place, and its keyboard."""


def danger_lines(report: Report, language: str) -> list[str]:
    """Return what comes before all else where somebody's life is in danger."""
    return [phrase(language, "danger_now"), ""] if report.danger else []


async def registered(
    work: Work, talk: Talk, parts: Parts, routed: Routed, asked: Asked | None = None
) -> None:
    """Tell the number, who answers and what happens next, or ask for what is missing."""
    language, report = talk.language, routed.report
    lines = danger_lines(report, language)
    lines.append(phrase(language, "registered", number=report.number))
    if not talk.private:
        await _answer_in_group(work, talk, parts, routed, lines)
        return
    markup: dict[str, Any] = NO_KEYBOARD
    if parts.strange:
        lines.append(phrase(language, "unsupported"))
    if report.place is None:
        words, markup = asked or (ask_where(language), place_keyboard(language))
        lines += ["", words]
        # Once is enough where it stands at the top.
        lines += [] if report.danger else ["", phrase(language, "danger")]
    else:
        lines += await owner_lines(work.session, work.context.index_cache, routed, language)
        lines += _what_next(routed, language, ask_what=not (report.text or parts.files))
    await say(work, talk, "\n".join(lines), purpose="registered", report=report, markup=markup)
    await ask_side(work, talk, routed)


def _what_next(routed: Routed, language: str, *, ask_what: bool) -> list[str]:
    outside = routed.decision is not None and routed.decision.district is None
    lines = ["", phrase(language, "ask_what")] if ask_what else []
    if not outside:
        lines += ["", phrase(language, "next"), phrase(language, "danger")]
    return lines


async def _answer_in_group(
    work: Work, talk: Talk, parts: Parts, routed: Routed, lines: list[str]
) -> None:
    language, report = talk.language, routed.report
    markup = None
    if report.place is None:
        lines.append(phrase(language, "group_place"))
        link = f"https://t.me/{work.bot_username}?start={place_link(work, report.number)}"
        markup = {"inline_keyboard": [[{"text": phrase(language, "group_button"), "url": link}]]}
    lines.append(phrase(language, "danger"))
    await say(
        work,
        talk,
        "\n".join(lines),
        purpose="registered",
        report=report,
        markup=markup,
        answer_to=parts.message_id,
        thread_id=parts.thread_id,
    )


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
    language, report = talk.language, routed.report
    lines = danger_lines(report, language) if alarmed else []
    lines.append(phrase(language, "completed", number=report.number))
    markup: dict[str, Any] | None = None
    if parts.place is not None or routed.decision is not None:
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
        markup=markup if talk.private else None,
        answer_to=parts.message_id,
        thread_id=parts.thread_id,
    )
    await ask_side(work, talk, routed)


async def ask_side(work: Work, talk: Talk, routed: Routed) -> None:
    """Ask on which side of a border it happened, when the accuracy leaves that open."""
    decision, report = routed.decision, routed.report
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


def place_link(work: Work, number: str) -> str:
    """Return the deep link's payload that lets only its receiver place a report."""
    return f"p_{number}_{_proof(work, number)}"


def _proof(work: Work, number: str) -> str:
    key = work.sealer.lookup(0)
    return hmac.new(key, f"place {number}".encode(), hashlib.sha256).hexdigest()[:PROOF_LENGTH]


async def follow_place_link(work: Work, talk: Talk, payload: str) -> bool:
    """Ask in private for the place of a report of the group; False for another payload."""
    kind, _, rest = payload.partition("_")
    number, _, proof = rest.rpartition("_")
    if kind != "p":
        return False
    report = None
    if hmac.compare_digest(proof.encode(), _proof(work, number).encode()):
        report = (
            await work.session.execute(select(Report).where(Report.number == number))
        ).scalar()
    language = talk.language
    if report is None or report.reporter_id != talk.person.id or Status(report.status) in CLOSED:
        await say(work, talk, phrase(language, "deep_link_old"), purpose="deep_link")
        return True
    expect(work, talk.chat, {"ask": "place", "report": number})
    await say(
        work,
        talk,
        phrase(language, "deep_link_ask", number=number),
        purpose="deep_link",
        report=report,
        markup=place_keyboard(language),
    )
    return True
