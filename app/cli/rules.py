"""Commands about dispatch rules: list them, and try others on the reports of the last days."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from app.cli.common import owner_session, run
from app.context import use_cases
from app.dispatch_dry_run import FIELDS, MOST_DAYS, USUAL_DAYS, Tried, try_rules
from app.dispatch_rules import Broken, DispatchRule, DispatchRules
from app.dispatch_sets import RulesInUse, checked
from app.dispatch_watch import all_broken
from app.errors import InvalidError
from app.settings import Settings

app = typer.Typer(
    help="Dispatch rules: list them, try others on past reports.", no_args_is_help=True
)

NOBODY = "the cover ladder"


@app.command("list")
def list_() -> None:
    """List the rules in force, in the order in which they are looked at."""

    async def look(settings: Settings) -> tuple[RulesInUse, list[Broken]]:
        context = use_cases(settings)
        async with owner_session(settings) as session:
            in_use = await context.dispatch.get(session)
            return in_use, await all_broken(session, context)

    in_use, broken = run(look)
    table = Table("", "rule", "when", "then", title=f"Version {in_use.version_id}")
    for place, each in enumerate(in_use.rules.rules, start=1):
        name = f"{each.code}\n{each.names.en}"
        faults = [_fault(one) for one in broken if one.rule == each.code]
        table.add_row(str(place), "\n".join([name, *faults]), _when(each), _then(each))
    Console().print(table)
    for one in broken:
        if not one.rule:
            typer.echo(_fault(one))


def _fault(one: Broken) -> str:
    return f"NOT APPLIED: {one.what.replace('_', ' ')} {one.text}".rstrip()


def _when(rule: DispatchRule) -> str:
    when = rule.when
    hours = when.hours
    said = [
        when.categories and ", ".join(when.categories),
        when.districts and f"in {', '.join(when.districts)}",
        when.area and f"in an area of {len(when.area)} corners",
        when.weekdays and f"weekdays {', '.join(map(str, when.weekdays))}",
        hours and f"{hours.since}-{hours.until}",
        when.count and f"at least {when.count} reports",
        when.danger is not None and ("life in danger" if when.danger else "no danger"),
    ]
    return "; ".join(str(each) for each in said if each) or "always"


def _then(rule: DispatchRule) -> str:
    then = rule.then
    said = [
        then.response and then.response.value,
        then.priority and f"priority {then.priority}{' also lower' if then.lower else ''}",
        then.desk and f"desk {then.desk}",
        rule.stop and "stop",
        not rule.active and "(off)",
    ]
    return "; ".join(str(each) for each in said if each)


@app.command("dry-run")
def dry_run(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Rules as JSON, to try beside those in force; without it, those in force"
            " are tried beside none.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    days: Annotated[
        int, typer.Option(min=1, max=MOST_DAYS, help="How far back to look.")
    ] = USUAL_DAYS,
) -> None:
    """Tell what rules would have made of past reports; nothing is changed."""

    async def look(settings: Settings) -> Tried:
        context = use_cases(settings)
        given = _read(file) if file is not None else None
        async with owner_session(settings) as session:
            current = (await context.dispatch.get(session)).rules
            rules, against = (given, current) if given else (current, DispatchRules())
            return await try_rules(session, context, rules, against, days)

    tried = run(look)
    table = Table("rule", "reports", *FIELDS, "for example")
    for code, each in tried.by_rule.items():
        sets = [str(each.sets[name]) for name in FIELDS]
        table.add_row(code, str(each.fits), *sets, ", ".join(each.samples))
    Console().print(table)
    moves = Table("what", "from", "to", "reports", "for example")
    for move, count in tried.moves.most_common():
        before, after = move.before or NOBODY, move.after or NOBODY
        moves.add_row(move.what, before, after, str(count), ", ".join(tried.samples[move]))
    Console().print(moves)
    for one in tried.broken:
        typer.echo(f"{one.rule} {_fault(one)}")
    typer.echo(f"{tried.changed} of {tried.reports} reports of {tried.days} days would change.")


def _read(file: Path) -> DispatchRules:
    try:
        return checked(DispatchRules.model_validate_json(file.read_bytes()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        message = f"{file} is no list of dispatch rules: {where}: {first['msg']}"
        raise InvalidError(message) from error
