"""Settings from the environment and `.env`, checked before anything starts."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import (
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.conduct_rules import ConductRules
from app.errors import SettingsError
from geo.index import RoutingRules
from geo.topology import TopologyRules

PREFIX = "BEATWAY_"
TELEGRAM_API = "https://api.telegram.org"

# Read by set-up scripts and tests, not by the program; naming them is not a mistake.
OUTSIDE_NAMES = frozenset({"TEST_DATABASE_URL", "CHROMIUM", "PYTHON", "LOG_LEVEL", "SUPERVISED"})

Language = Literal["uk", "ru", "en"]
Geocoder = Literal["gazetteer", "nominatim", "photon", "pelias"]


class Settings(BaseSettings):
    """Everything that may differ between two installations. See docs/operations.md."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: str | None = None
    database_read_url: str | None = None
    data_dir: Path = Path("data")
    telegram_token: SecretStr | None = None
    telegram_api_url: str = TELEGRAM_API
    telegram_mode: Literal["polling", "webhook"] = "polling"
    public_url: str | None = None
    webhook_secret: SecretStr | None = None
    secret_key: SecretStr | None = None
    # Separated by commas; what is still sealed with one of them can be opened.
    former_secret_keys: SecretStr | None = None
    languages: Annotated[tuple[Language, ...], NoDecode] = ("uk", "ru", "en")
    geocoders: Annotated[tuple[Geocoder, ...], NoDecode] = ("gazetteer",)
    nominatim_url: str | None = None
    photon_url: str | None = None
    pelias_url: str | None = None
    geocoder_timeout_s: float = Field(2.0, gt=0, le=30)
    geocoder_interval_s: float = Field(1.0, ge=0, le=60)
    geocoder_cache_days: float = Field(30.0, ge=0, le=3650)
    basemap_style_url: str | None = None
    nearest_limit_m: float = Field(250.0, ge=0, le=100_000)
    uncertain_share: float = Field(0.7, gt=0, le=1)
    tolerance_m: float = Field(15.0, ge=0, le=1_000)
    retention_days: int = Field(365, ge=1)
    join_window_minutes: float = Field(15.0, ge=0, le=24 * 60)
    timezone: str = "Europe/Kyiv"
    chat_url: str | None = None
    boundary_upload_mb: float = Field(150.0, gt=0, le=2_000)
    allow_self_approval: bool = False
    rounding_m: float = Field(0.1, ge=0, le=10)
    sliver_width_m: float = Field(2.0, ge=0, le=100)
    max_overlap_m2: float = Field(100.0, ge=0)
    max_gap_m2: float = Field(100.0, ge=0)
    enclave_m2: float = Field(250_000.0, ge=0)
    outside_share: float = Field(0.5, ge=0, le=1)
    far_off_m: float = Field(10_000.0, ge=0)
    shrink_share: float = Field(0.9, ge=0, le=1)
    grow_share: float = Field(1.1, ge=1)
    load_limit: int = Field(25, ge=0, le=100_000)
    unattended_alert_minutes: float = Field(30.0, ge=0, le=7 * 24 * 60)
    escalation_pause_minutes: float = Field(5.0, gt=0, le=24 * 60)
    reopen_hours: float = Field(72.0, ge=0, le=90 * 24)
    evidence_min_count: int = Field(5, ge=0, le=1_000)
    owner_notice_seconds: float = Field(60.0, ge=0, le=24 * 3600)
    person_burst: int = Field(20, ge=1, le=10_000)
    person_per_minute: float = Field(30.0, gt=0, le=60_000)
    group_per_minute: float = Field(300.0, gt=0, le=600_000)
    slow_per_minute: float = Field(3.0, gt=0, le=60_000)
    intake_per_second: float = Field(100.0, ge=0, le=100_000)
    strike_half_life_days: float = Field(14.0, gt=0, le=3650)
    slow_hours: float = Field(24.0, ge=0, le=24 * 365)
    slow_answer_seconds: float = Field(60.0, ge=0, le=3600)
    mute_days: float = Field(7.0, ge=0, le=3650)
    # Between two edits that tell an officer how many people report the same.
    incident_count_seconds: float = Field(15.0, ge=0, le=3600)
    webhook_loopback: bool = False
    cap_sender: Annotated[str, Field(pattern=r"^[^\s,<&]{1,200}$")] | None = None
    cap_sender_name: Annotated[str, Field(min_length=1, max_length=200)] = "Beatway"

    @field_validator("languages", "geocoders", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def geocoder_urls(self) -> dict[str, str | None]:
        """Where the outside geocoders are, by name."""
        return {
            "nominatim": self.nominatim_url,
            "photon": self.photon_url,
            "pelias": self.pelias_url,
        }

    @model_validator(mode="after")
    def _geocoders_have_addresses(self) -> Self:
        for name in self.geocoders:
            if name != "gazetteer" and not self.geocoder_urls[name]:
                message = f"GEOCODERS names {name}: set {name.upper()}_URL"
                raise ValueError(message)
        return self

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            message = f"there is no time zone {value}"
            raise ValueError(message) from error
        return value

    @field_validator("languages")
    @classmethod
    def _some_language(cls, value: tuple[Language, ...]) -> tuple[Language, ...]:
        if not value:
            message = "name at least one of uk, ru, en"
            raise ValueError(message)
        return value

    @field_validator(
        "telegram_api_url",
        "public_url",
        "nominatim_url",
        "photon_url",
        "pelias_url",
        "basemap_style_url",
        "chat_url",
    )
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        TypeAdapter(HttpUrl).validate_python(value)
        return value.rstrip("/")

    @property
    def routing_rules(self) -> RoutingRules:
        """The thresholds of routing."""
        return RoutingRules(
            nearest_limit_m=self.nearest_limit_m,
            uncertain_share=self.uncertain_share,
            tolerance_m=self.tolerance_m,
        )

    @property
    def conduct_rules(self) -> ConductRules:
        """What follows from being rude."""
        return ConductRules(
            half_life=timedelta(days=self.strike_half_life_days),
            slow_for=timedelta(hours=self.slow_hours),
            muted_for=timedelta(days=self.mute_days),
            delay=timedelta(seconds=self.slow_answer_seconds),
        )

    @property
    def inbox_steps(self) -> dict[str, timedelta]:
        """How fast one chat may write: see `app/models/telegram.py`."""
        person = timedelta(minutes=1 / self.person_per_minute)
        return {
            "room": person * self.person_burst,
            "person_step": person,
            "crowd_step": timedelta(minutes=1 / self.group_per_minute),
            "slow_step": timedelta(minutes=1 / self.slow_per_minute),
        }

    @property
    def topology_rules(self) -> TopologyRules:
        """The thresholds of validation."""
        return TopologyRules(
            rounding_m=self.rounding_m,
            sliver_width_m=self.sliver_width_m,
            max_overlap_m2=self.max_overlap_m2,
            max_gap_m2=self.max_gap_m2,
            enclave_m2=self.enclave_m2,
            outside_share=self.outside_share,
            far_off_m=self.far_off_m,
            shrink_share=self.shrink_share,
            grow_share=self.grow_share,
        )

    def required_secret_key(self) -> bytes:
        """Return the key that citizens' identities are sealed with.

        Raises
        ------
        SettingsError
            When it is missing or shorter than 16 characters.
        """
        key = self.secret_key.get_secret_value() if self.secret_key else ""
        if len(key) < 16:  # noqa: PLR2004 - the message names the number
            message = (
                f"{PREFIX}SECRET_KEY is missing or shorter than 16 characters;"
                " make one with: openssl rand -hex 32"
            )
            raise SettingsError(message)
        return key.encode()

    def required_secrets(self) -> list[bytes]:
        """Return the key that identities are sealed with, then former ones, see `app.identity`."""
        former = self.former_secret_keys.get_secret_value() if self.former_secret_keys else ""
        given = (each.strip() for each in former.split(","))
        return [self.required_secret_key(), *(each.encode() for each in given if each)]

    def required_token(self) -> str:
        """Return the bot's token, or raise SettingsError naming the setting."""
        if self.telegram_token is None:
            message = f"{PREFIX}TELEGRAM_TOKEN is not set"
            raise SettingsError(message)
        return self.telegram_token.get_secret_value()

    def required_database_url(self) -> str:
        """Return the database to use, or raise SettingsError naming the setting."""
        if not self.database_url:
            message = f"{PREFIX}DATABASE_URL is not set (`beatway up` starts a database of its own)"
            raise SettingsError(message)
        return self.database_url


def load_settings() -> Settings:
    """Read and check the settings.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        One line that names every unknown or wrong setting.
    """
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    known |= {PREFIX + name for name in OUTSIDE_NAMES}
    faults = [
        f"{name} is not a setting of Beatway"
        for name in sorted(given)
        if name.startswith(PREFIX) and name not in known
    ]
    try:
        settings = Settings()
    except ValidationError as error:
        faults += [
            f"{PREFIX}{str(item['loc'][0] if item['loc'] else '').upper()}: {item['msg']}"
            for item in error.errors()
        ]
    if faults:
        raise SettingsError("; ".join(faults))
    return settings
