"""The command that seals citizens' identities anew after the secret was changed."""

import typer

from app.cli.common import database_url_of, progress_bar, run
from app.db import Role, open_database
from app.errors import BeatwayError
from app.identity import Sealer
from app.key_check import check_keys
from app.key_rotation import Rotated
from app.key_rotation import rotate as rotate_keys
from app.settings import Settings

SHOWN = 5


class UnopenedError(BeatwayError):
    """Some rows are sealed with a secret that was not given."""


def rotate() -> None:
    """Seal identities with BEATWAY_SECRET_KEY that are sealed with BEATWAY_FORMER_SECRET_KEYS."""

    async def work(settings: Settings) -> Rotated:
        url, secrets = database_url_of(settings), settings.required_secrets()
        await check_keys(url, Role.OWNER, secrets)
        database = open_database(url, Role.OWNER, "beatway rotate", 1)
        try:
            with progress_bar("Sealing anew") as show:
                done = await rotate_keys(database, Sealer(*secrets), show)
        finally:
            await database.close()
        if done.unopened:
            named = ", ".join(done.unopened[:SHOWN])
            message = (
                f"{len(done.unopened)} rows are sealed with a secret that was not given ({named});"
                " name it in BEATWAY_FORMER_SECRET_KEYS and run this again"
            )
            raise UnopenedError(message)
        return done

    done = run(work)
    typer.echo(
        f"{done.resealed} sealed anew, {done.retired} former secrets are of no use any more."
    )
