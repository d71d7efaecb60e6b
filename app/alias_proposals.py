"""Aliases that repeated feedback speaks for; staff accept or decline them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.errors import NotFoundError
from app.gazetteer_edits import EntryEdit, edit, hold, id_of
from app.gazetteer_entries import now, stands
from app.gazetteer_names import NameEdit
from app.gazetteer_shapes import Kind
from app.models import AliasDecision, PlaceFeedback
from geo.folding import words
from geo.gazetteer import Name, NameKind
from geo.naming import LONGEST, key_of

REPEATED = 3
"""Reports that must have meant the same by the same words."""

AGREED = 0.75
"""Share of the reports with these words that must have meant it."""

_LOOKED_BACK = timedelta(days=365)
_MOST_ROWS = 20_000


@dataclass(slots=True)
class Proposal:
    """A name that people seem to use for a place.

    Attributes
    ----------
    fragment : str
        Stems of its words: what it is known by.
    text : str
        As it is written most often.
    times, by_citizens, by_desk : int
        Reports.
    examples : list of str
        Pieces of texts as they were written.
    instead_of : list of str
        What had been offered for these words.
    """

    fragment: str
    text: str
    kind: Kind
    key: str
    label: str
    times: int
    by_citizens: int
    by_desk: int
    last_at: datetime
    examples: list[str] = field(default_factory=list)
    instead_of: list[str] = field(default_factory=list)
    thing_id: int = 0
    version: int = 0
    lon: float = 0.0
    lat: float = 0.0


async def proposals(session: AsyncSession, context: UseCases) -> list[Proposal]:
    """Return what staff have not decided yet, the most often meant first."""
    rows = await session.execute(
        select(PlaceFeedback)
        .where(PlaceFeedback.at > context.clock() - _LOOKED_BACK)
        .order_by(PlaceFeedback.id.desc())
        .limit(_MOST_ROWS)
    )
    decided = {
        (each.fragment, each.kind, each.key)
        for each in (await session.execute(select(AliasDecision))).scalars()
    }
    found = []
    for each in _repeated(list(rows.scalars())):
        if (each.fragment, each.kind, each.key) in decided:
            continue
        id_ = await id_of(session, each.kind, each.key)
        if id_ is None:
            continue
        entry = await stands(session, each.kind, id_)
        thing = now(entry)
        is_named = any(" ".join(key_of(name.text)) == each.fragment for name in thing.names)
        if is_named or entry.body_of("").get("retired"):
            continue
        each.thing_id, each.version, each.label = id_, entry.version, thing.label["uk"]
        found.append(each)
    return found


def _repeated(rows: Sequence[PlaceFeedback]) -> list[Proposal]:
    """Group rows by every beginning of their words and what was meant by them."""
    by_words: dict[str, list[tuple[PlaceFeedback, str]]] = defaultdict(list)
    for row in rows:
        for fragment, text in _beginnings(row.fragment):
            by_words[fragment].append((row, text))
    found: list[Proposal] = []
    for fragment, said in by_words.items():
        meant: dict[tuple[str, str], list[tuple[PlaceFeedback, str]]] = defaultdict(list)
        for row, text in said:
            if row.chosen_kind is not None and row.chosen_key is not None:
                meant[row.chosen_kind, row.chosen_key].append((row, text))
        for (kind, key), those in meant.items():
            if _reports(those) >= max(REPEATED, AGREED * _reports(said)):
                found.append(_proposal(fragment, kind, key, those))
    return sorted(_longest(found), key=lambda each: (-each.times, each.text))


def _beginnings(fragment: str) -> Iterable[tuple[str, str]]:
    listed = words(fragment)
    for end in range(1, min(len(listed), LONGEST) + 1):
        text = fragment[listed[0].start : listed[end - 1].end]
        if key := " ".join(key_of(text)):
            yield key, text


def _reports(said: Sequence[tuple[PlaceFeedback, str]]) -> int:
    return len({row.report_id or -row.id for row, _ in said})


def _proposal(
    fragment: str, kind: str, key: str, those: Sequence[tuple[PlaceFeedback, str]]
) -> Proposal:
    # The rows come newest first.
    newest = those[0][0]
    return Proposal(
        fragment,
        Counter(text.lower() for _, text in those).most_common(1)[0][0],
        "street" if kind == "street" else "landmark",
        key,
        newest.chosen_label or "",
        _reports(those),
        _reports([each for each in those if each[0].chosen_by == "citizen"]),
        _reports([each for each in those if each[0].chosen_by == "desk"]),
        newest.at,
        list(dict.fromkeys(row.fragment for row, _ in those))[:5],
        list(dict.fromkeys(each["label"] for row, _ in those for each in row.offered))[:3],
        lon=newest.lon,
        lat=newest.lat,
    )


def _longest(found: Sequence[Proposal]) -> list[Proposal]:
    """Of "старого" and "старого млина", as often said, keep the second."""
    return [
        each
        for each in found
        if not any(
            other.fragment.startswith(f"{each.fragment} ")
            and (other.kind, other.key) == (each.kind, each.key)
            and other.times >= each.times
            for other in found
        )
    ]


async def decide(
    session: AsyncSession,
    context: UseCases,
    actor: str,
    proposal: Proposal,
    *,
    accepted: bool,
    text: str | None = None,
) -> None:
    """Make a proposal an alias, or never propose it again.

    Parameters
    ----------
    proposal : Proposal
        Its version is that of the entry that was looked at.
    text : str, optional
        As the alias shall be written.

    Raises
    ------
    NotFoundError, InvalidError
    app.gazetteer_edits.StaleError
    """
    await hold(session)
    change_id = None
    if accepted:
        name = Name(text or proposal.text, None, NameKind.ALIAS)
        wanted = EntryEdit(proposal.version, NameEdit(added=(name,)))
        change_id = await edit(
            session, actor, proposal.kind, proposal.thing_id, wanted, what="accepted"
        )
    values = {
        "accepted": accepted,
        "actor": actor,
        "at": context.clock(),
        "change_id": change_id,
    }
    await session.execute(
        upsert(AliasDecision)
        .values(fragment=proposal.fragment, kind=proposal.kind, key=proposal.key, **values)
        .on_conflict_do_update(index_elements=["fragment", "kind", "key"], set_=values)
    )


async def open_proposal(
    session: AsyncSession, context: UseCases, fragment: str, kind: Kind, id_: int
) -> Proposal:
    """Return a proposal that nobody has decided yet.

    Raises
    ------
    NotFoundError
        Where somebody has, or it was never made.
    """
    for each in await proposals(session, context):
        if (each.fragment, each.kind, each.thing_id) == (fragment, kind, id_):
            return each
    raise NotFoundError("This is not proposed, or was decided already")
