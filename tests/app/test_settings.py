"""A wrong setting is named before anything starts."""

import pytest
from pydantic import ValidationError

from app.errors import SettingsError
from app.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def no_env_file(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("BEATWAY_TELEGRAM_TOKN", "x", "BEATWAY_TELEGRAM_TOKN is not a setting"),
        ("BEATWAY_NEAREST_LIMIT_M", "far", "BEATWAY_NEAREST_LIMIT_M"),
        ("BEATWAY_NEAREST_LIMIT_M", "-1", "BEATWAY_NEAREST_LIMIT_M"),
        ("BEATWAY_UNCERTAIN_SHARE", "1.5", "BEATWAY_UNCERTAIN_SHARE"),
        ("BEATWAY_LANGUAGES", "uk,pl", "BEATWAY_LANGUAGES"),
        ("BEATWAY_LANGUAGES", ",", "BEATWAY_LANGUAGES"),
        ("BEATWAY_TELEGRAM_MODE", "pigeon", "BEATWAY_TELEGRAM_MODE"),
        ("BEATWAY_TELEGRAM_API_URL", "not an address", "BEATWAY_TELEGRAM_API_URL"),
        ("BEATWAY_TIMEZONE", "Mars/Olympus", "BEATWAY_TIMEZONE"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=told):
        load_settings()


def test_an_unknown_setting_in_the_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(".env", "w", encoding="utf-8") as file:  # noqa: PTH123 - in the test's own folder
        file.write("BEATWAY_COLOUR=blue\n")
    with pytest.raises(SettingsError, match="BEATWAY_COLOUR"):
        load_settings()


def test_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEATWAY_LANGUAGES", "uk, en")
    monkeypatch.setenv("BEATWAY_NEAREST_LIMIT_M", "100")
    settings = load_settings()
    assert settings.languages == ("uk", "en")
    assert settings.routing_rules.nearest_limit_m == 100
    with pytest.raises(SettingsError, match="BEATWAY_SECRET_KEY"):
        settings.required_secret_key()
    with pytest.raises(SettingsError, match="BEATWAY_DATABASE_URL"):
        settings.required_database_url()


def test_a_geocoder_needs_its_address() -> None:
    with pytest.raises(ValidationError, match="NOMINATIM_URL"):
        Settings(_env_file=None, geocoders=("gazetteer", "nominatim"))
