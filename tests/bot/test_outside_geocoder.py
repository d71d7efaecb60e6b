"""A citizen names a street that only an outside geocoder knows."""

import dataclasses
from typing import Any

import psycopg

from app.geocoders import geocoders_of
from app.settings import Settings
from tests.app.geocoder_service import Service, nominatim
from tests.bot.conftest import WEST, Play


async def test_the_message_waits_outside_of_its_transaction_and_is_registered_once(
    play: Play,
) -> None:
    service = Service()
    seen: list[Any] = []

    def look() -> None:
        with psycopg.connect(play.owner.conninfo) as connection:
            seen.append(
                connection.execute(
                    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    "  AND datname = current_database() AND xact_start IS NOT NULL),"
                    " (SELECT count(*) FROM inbox WHERE state = 'pending')"
                ).fetchone()
            )

    try:
        service.body, service.when_asked = nominatim(WEST, house_number="32"), look
        settings = Settings(
            _env_file=None,
            geocoders="gazetteer,nominatim",
            nominatim_url=service.url,
            geocoder_timeout_s=30,
        )
        known = play.intake.context
        play.intake = dataclasses.replace(
            play.intake, context=dataclasses.replace(known, geocoders=geocoders_of(settings))
        )
        await play.play(text="Б'ють вікна, вулиця Лута 32")
        # It was nobody's while the answer was waited for, and still there to be taken.
        assert seen == [(0, 1)]
        (report,) = await play.reports()
        assert (report.beat_code, report.place_kind) == ("C-1", "geocoded")
        # When it is down, the report is registered all the same.
        service.status = 500
        await play.play(user=2, text="Б'ють вікна, вулиця Лута 33")
        _, second = await play.reports()
        assert second.place is None
        attempts = await play.sql("SELECT DISTINCT attempts, state FROM inbox")
        assert attempts == [(1, "done")]
    finally:
        service.close()
