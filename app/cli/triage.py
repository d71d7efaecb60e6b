"""Commands about categories: try a message, learn from corrections, switch what was learnt."""

import importlib
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app import triage_models
from app.cli.common import owner_session, run
from app.context import use_cases
from app.errors import BeatwayError
from app.models import TriageModel
from app.settings import Settings
from app.triage import Triaged, triage

app = typer.Typer(help="Categories: try a message, learn from corrections.", no_args_is_help=True)

ACTOR = "console"
TRAINING = "app.triage_training"


class NoLearningError(BeatwayError):
    """Learning needs scikit-learn; install it with: tools/setup.sh learning."""


def _training() -> Any:
    # Large and optional: loaded by the one command that needs it.
    try:
        return importlib.import_module(TRAINING)
    except ModuleNotFoundError as error:
        raise NoLearningError from error


@app.command("try")
def try_(text: Annotated[list[str], typer.Argument(help="What somebody wrote.")]) -> None:
    """Tell what would become of a message, and by which of its words."""

    async def look(settings: Settings) -> Triaged:
        async with owner_session(settings) as session:
            return await triage(session, use_cases(settings), " ".join(text))

    found = run(look)
    table = Table("words", "category", "rule", "weight")
    for each in (*found.kept["danger"], *found.kept["matched"]):
        table.add_row(each["words"], each["category"], each["rule"], f"{each['weight']:g}")
    Console().print(table)
    danger = ", life in danger" if found.danger else ""
    typer.echo(
        f"{found.category.code}, priority {found.priority}, {found.response.value}{danger};"
        f" certainty {found.kept['certainty']:.2f}"
    )


@app.command()
def train() -> None:
    """Learn from corrections, and print how well beside the rules; nothing is switched on."""

    async def learn(settings: Settings) -> tuple[TriageModel, Any]:
        training = _training()
        context = use_cases(settings)
        async with owner_session(settings) as session:
            labels = [
                training.Label(each.number, each.text, each.category)
                for each in await triage_models.labelled(session)
            ]
            rules = (await context.triage.get(session)).rules
        trained = training.train(labels, rules)
        async with owner_session(settings) as session:
            score = {"model": trained.model, "rules": trained.rules, "held": trained.held}
            model = await triage_models.keep(
                session, trained.learned, trained.labels, score, ACTOR, better=trained.better
            )
            return model, trained

    model, trained = run(learn)
    table = Table("", "right category")
    table.add_row(f"model {model.id}", f"{trained.model:.1%}")
    table.add_row("rules", f"{trained.rules:.1%}")
    Console().print(table)
    typer.echo(
        f"Made from {trained.labels} corrections, judged by {trained.held} held back."
        f" sha256 {model.sha256}"
    )
    if trained.better:
        typer.echo(f"It is better than the rules. Switch it on: beatway triage use {model.id}")
    else:
        typer.echo("It is not better than the rules, and cannot be switched on.")


@app.command("use")
def use(model: Annotated[int, typer.Argument(help="Number of a model.")]) -> None:
    """Switch a model on."""
    _switch(model)
    typer.echo(f"Model {model} is on: it chooses categories where it is certain.")


@app.command("off")
def off() -> None:
    """Switch the model off: categories go by the rules alone."""
    _switch(None)
    typer.echo("Categories go by the rules alone.")


def _switch(model: int | None) -> None:
    async def do(settings: Settings) -> None:
        async with owner_session(settings) as session:
            await triage_models.switch(session, model, ACTOR)

    run(do)
