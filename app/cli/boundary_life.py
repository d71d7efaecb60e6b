"""Commands for the life of a boundary set: checked, previewed, approved, in force, and back."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from app import boundary_preview
from app.access import Caller, caller_of
from app.boundaries import activate as put_in_force
from app.boundaries import in_force
from app.boundary_check import Checked, Wish, check_files
from app.boundary_drafts import create_draft, draft_districts, find_set, problems_of
from app.boundary_export import ExportFormat, export, format_of
from app.boundary_fields import LANGUAGES, FieldMap
from app.boundary_raw import Sources
from app.boundary_rebase import rebase as carry_over
from app.boundary_review import approve as approve_set
from app.boundary_review import propose as propose_set
from app.boundary_review import withdraw as withdraw_set
from app.boundary_schedule import cancel as call_off
from app.boundary_schedule import schedule
from app.cli.common import clear_errors, owner_session, progress_bar, run
from app.context import UseCases, use_cases
from app.errors import InvalidError
from app.permissions import Action, demand
from app.phrases.boundary import problem_words
from app.settings import Settings
from geo.districts import District
from geo.problem import Severity

ACTOR = "command line"
SHOWN = 50

Id = Annotated[int, typer.Argument(metavar="ID", help="The boundary set's number.")]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="LOGIN",
        help="Whose deed it is, by the rules for their role; without it, the administrator's"
        " at the machine.",
    ),
]
Language = Annotated[str, typer.Option(help="Of what is said of problems: uk, ru or en.")]


@dataclass(frozen=True, slots=True)
class Deed:
    """A transaction in which something is done to a boundary set, and by whom."""

    session: AsyncSession
    context: UseCases
    actor: str


@asynccontextmanager
async def deed(settings: Settings, login: str | None, action: Action) -> AsyncIterator[Deed]:
    """Open a transaction for somebody who may do this.

    Raises
    ------
    NotFoundError, ForbiddenError
    """
    async with owner_session(settings) as session:
        if login is not None:
            caller: Caller = await caller_of(session, login)
            demand(caller, action)
        yield Deed(session, use_cases(settings), login or ACTOR)


async def _in_force(session: AsyncSession, context: UseCases) -> tuple[District, ...]:
    found = await in_force(session)
    if found is None:
        return ()
    return tuple((await context.index_cache.known(session, found)).districts.values())


def validate(
    file: Annotated[Path, typer.Argument(help="Districts of our own schema, beats, or precincts.")],
    precincts: Annotated[
        Path | None, typer.Option(help="File with precincts, when FILE has the beats.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="Field with codes; guessed without.")] = None,
    name: Annotated[str | None, typer.Option(help="Field with names.")] = None,
    parent: Annotated[str | None, typer.Option(help="Field with the precinct's code.")] = None,
    precinct_code: Annotated[str | None, typer.Option(help="The precincts' field.")] = None,
    precinct_name: Annotated[str | None, typer.Option(help="The precincts' field.")] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Close gaps and cut overlaps first, and say where.")
    ] = False,
    tolerance: Annotated[
        float, typer.Option(min=0.0, max=100.0, help="Metres up to which they are.")
    ] = 2.0,
    draft: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="Store it as a draft when it has no errors."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document, with each problem's geometry.")
    ] = False,
    language: Language = "uk",
    login: As = None,
) -> None:
    """Check a file against the rules and the set in force; status 1 when it has errors."""
    _check_language(language)
    sources = Sources(
        file,
        precincts,
        None if code is None else FieldMap(code, name, parent),
        None if precinct_code is None else FieldMap(precinct_code, precinct_name, None),
    )

    async def work(settings: Settings) -> tuple[Checked, int | None]:
        async with deed(settings, login, Action.EDIT_BOUNDARIES) as done:
            old = await _in_force(done.session, done.context)
            base = await in_force(done.session)
        with progress_bar("Checking") as bar:
            checked = await asyncio.to_thread(
                check_files,
                Wish(sources, repair, tolerance),
                done.context.topology,
                old,
                lambda _stage, now, total: bar(now, total),
            )
        if draft is None or _errors(checked):
            return checked, None
        async with deed(settings, login, Action.EDIT_BOUNDARIES) as done:
            made = await create_draft(
                done.session,
                checked.ready(),
                label=draft,
                source=checked.source,
                actor=done.actor,
                based_on=base,
                problems=checked.problems,
                notes=checked.notes,
                approximate=checked.approximate,
            )
        return checked, made

    checked, made = run(work)
    if as_json:
        found = [each.as_dict() for each in checked.problems]
        words = [problem_words(each) for each in found]
        told = [each | {"words": said} for each, said in zip(found, words, strict=True)]
        document = {"problems": told, "notes": list(checked.notes), "draft": made}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _tell_problems([each.as_dict() for each in checked.problems], language)
        for note in checked.notes[:SHOWN]:
            said = note if isinstance(note, str) else json.dumps(note, ensure_ascii=False)
            typer.echo(f"note: {said}")
        if made is not None:
            typer.echo(f"Draft {made} is stored. Next: beatway boundaries preview {made}")
    if _errors(checked):
        raise typer.Exit(1)


def _errors(checked: Checked) -> int:
    return sum(each.severity is Severity.ERROR for each in checked.problems)


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise typer.BadParameter("uk, ru or en", param_hint="--language")


def _tell_problems(problems: list[dict[str, Any]], language: str) -> None:
    for each in problems[:SHOWN]:
        typer.echo(f"{each['severity']}: {problem_words(each)[language]}")
    if len(problems) > SHOWN:
        typer.echo(f"… and {len(problems) - SHOWN} more; --json has them all")
    if not problems:
        typer.echo("No problems.")


def problems(
    boundary_set_id: Id,
    language: Language = "uk",
    as_json: Annotated[bool, typer.Option("--json", help="With each problem's geometry.")] = False,
) -> None:
    """Tell what validation found in a stored set, the worst first."""
    _check_language(language)

    async def read(settings: Settings) -> list[dict[str, Any]]:
        async with owner_session(settings) as session:
            return await problems_of(session, boundary_set_id)

    found = run(read)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _tell_problems(found, language)


def preview(
    boundary_set_id: Id,
    as_json: Annotated[bool, typer.Option("--json", help="All of it, geometries too.")] = False,
) -> None:
    """Tell what putting a set in force would change now: ground, open reports, officers."""

    async def read(settings: Settings) -> dict[str, Any]:
        async with owner_session(settings) as session:
            context = use_cases(settings)
            found = await boundary_preview.preview(session, context, boundary_set_id)
            return boundary_preview.as_dict(found)

    found = run(read)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    diff = found["diff"]
    for what in ("added", "removed", "renamed", "changed"):
        codes = [each if isinstance(each, str) else each["code"] for each in diff[what]]
        typer.echo(f"{what}: {', '.join(codes) if codes else 'none'}")
    reports = found["reports"]
    typer.echo(f"open reports that would move: {reports['total']}")
    table = Table("Report", "From", "To", "Now with", "Then with", "")
    for each in reports["moving"][:SHOWN]:
        table.add_row(
            each["number"],
            each["from"] or "-",
            each["to"] or "-",
            _named(each["owner_from"]),
            _named(each["owner_to"]),
            "proposed only" if each["acknowledged"] else "",
        )
    if reports["moving"]:
        Console().print(table)
    beats = found["left_without_officer"]
    typer.echo(f"beats without an officer: {', '.join(beats) if beats else 'none'}")
    for each in found["postings_to_gone_codes"]:
        typer.echo(f"{each['officer']['name']} is posted to {each['beat']}, which goes")


def _named(owner: dict[str, Any]) -> str:
    officer = owner.get("officer")
    return str(officer["name"] if officer else f"desk {owner.get('desk')}")


def propose(boundary_set_id: Id, login: As = None) -> None:
    """Ask for approval of a draft; from now on it stays as it is."""

    async def work(settings: Settings) -> None:
        async with deed(settings, login, Action.EDIT_BOUNDARIES) as done:
            await propose_set(done.session, done.context, boundary_set_id, done.actor)

    run(work)
    typer.echo(f"Boundary set {boundary_set_id} is proposed. Somebody else approves it.")


def withdraw(boundary_set_id: Id, login: As = None) -> None:
    """Make a proposal a draft again."""

    async def work(settings: Settings) -> None:
        async with deed(settings, login, Action.EDIT_BOUNDARIES) as done:
            await withdraw_set(done.session, boundary_set_id, done.actor)

    run(work)
    typer.echo(f"Boundary set {boundary_set_id} is a draft again.")


def approve(boundary_set_id: Id, login: As = None) -> None:
    """Approve what somebody else proposed; it never changes again."""

    async def work(settings: Settings) -> None:
        async with deed(settings, login, Action.APPROVE_BOUNDARIES) as done:
            await approve_set(done.session, done.context, boundary_set_id, done.actor)

    run(work)
    typer.echo(f"Boundary set {boundary_set_id} is approved.")


def rebase(boundary_set_id: Id, login: As = None) -> None:
    """Make a new draft of the set in force with the changes of this one."""

    async def work(settings: Settings) -> int:
        async with deed(settings, login, Action.EDIT_BOUNDARIES) as done:
            made = await carry_over(done.session, done.context, boundary_set_id, done.actor)
            return made.boundary_set_id

    typer.echo(f"Draft {run(work)} has the changes of {boundary_set_id}.")


def activate(
    boundary_set_id: Id,
    at: Annotated[
        str | None,
        typer.Option(help="When: 2026-12-01T06:00, in the city's time unless it names another."),
    ] = None,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to a set that was in force before.")
    ] = False,
    login: As = None,
) -> None:
    """Put an approved set in force and re-route the open reports, now or at a time."""

    async def work(settings: Settings) -> str:
        async with deed(settings, login, Action.APPROVE_BOUNDARIES) as done:
            if at is not None:
                moment = _moment(at, done.context)
                made = await schedule(
                    done.session,
                    done.context,
                    boundary_set_id,
                    moment,
                    done.actor,
                    rollback=rollback,
                )
                return f"will be in force from {moment.isoformat()} (call off: cancel {made})"
            counts = (
                await put_in_force(
                    done.session, boundary_set_id, done.actor, done.context, rollback=rollback
                )
            ).counts
            return (
                f"is in force. Reports moved: {counts['moved']}, moves proposed:"
                f" {counts['proposed']}, proposals withdrawn: {counts['withdrawn']}."
            )

    typer.echo(f"Boundary set {boundary_set_id} {run(work)}")


def _moment(text: str, context: UseCases) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text} is no time: write it as 2026-12-01T06:00"
        raise InvalidError(message, field="at") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=context.timezone)
    return moment.astimezone(UTC)


def cancel(
    boundary_set_id: Id,
    schedule_id: Annotated[int, typer.Argument(metavar="SCHEDULE")],
    login: As = None,
) -> None:
    """Call a scheduled activation off."""

    async def work(settings: Settings) -> None:
        async with deed(settings, login, Action.APPROVE_BOUNDARIES) as done:
            await call_off(done.session, boundary_set_id, schedule_id, done.actor)

    run(work)
    typer.echo(f"The activation {schedule_id} is called off.")


def export_set(
    file: Annotated[Path, typer.Argument(help="Ends with .geojson, .gpkg or .zip (Shapefile).")],
    boundary_set_id: Annotated[
        int | None, typer.Option("--set", metavar="ID", help="The one in force without it.")
    ] = None,
) -> None:
    """Write a set to a file."""
    with clear_errors():
        format_: ExportFormat = format_of(file)

    async def read(settings: Settings) -> tuple[int, list[District], bool]:
        async with owner_session(settings) as session:
            wanted = boundary_set_id or await in_force(session)
            if wanted is None:
                raise InvalidError("No boundary set is in force: name one with --set")
            found = await find_set(session, wanted)
            return wanted, await draft_districts(session, wanted), found.approximate

    wanted, districts, approximate = run(read)
    with clear_errors():
        export(districts, file, format_, approximate=approximate)
    typer.echo(f"Boundary set {wanted}: {len(districts)} districts in {file}")


def register(app: typer.Typer) -> None:
    """Add the commands to a group."""
    for name, command in (
        ("validate", validate),
        ("problems", problems),
        ("preview", preview),
        ("propose", propose),
        ("withdraw", withdraw),
        ("approve", approve),
        ("rebase", rebase),
        ("activate", activate),
        ("cancel", cancel),
        ("export", export_set),
    ):
        app.command(name)(command)
