"""Settings, from a file, then the environment (`SCANNER_*`), then flags; the later wins."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from scanner.errors import ScannerError
from scanner.paths import config_file, data_folder

PRODUCTION = "https://api.ticketingevents.com/v3/"
"""The vendor's production server (API reference 3.0.0)."""


class ConfigError(ScannerError):
    """A setting that can't be used."""


class Confirmation(StrEnum):
    """Who has the last word before the green light."""

    LOCAL = "local"
    SERVER_FIRST = "server-first"


class Config(BaseSettings):
    """Every setting, with its default; times are in seconds."""

    model_config = SettingsConfigDict(
        env_prefix="SCANNER_", env_ignore_empty=True, extra="forbid", frozen=True
    )

    home: Path = Field(default_factory=data_folder)
    api: str = PRODUCTION
    api_key: SecretStr | None = None
    name: str | None = None
    device: str | None = None
    camera: str = "0"
    scanner: str = "auto"
    confirmation: Confirmation = Confirmation.LOCAL
    sync_seconds: float = Field(default=15, gt=0, le=3600)
    full_sync_seconds: float = Field(default=900, gt=0, le=86_400)
    timeout_seconds: float = Field(default=10, gt=0, le=120)
    page_records: int = Field(default=500, ge=1, le=10_000)
    language: Literal["auto", "en", "de", "es", "fr"] = "auto"
    theme: Literal["night", "day", "contrast"] = "night"
    characters: Literal["auto", "unicode", "ascii"] = "auto"
    volume: int = Field(default=80, ge=0, le=100)
    muted: bool = False
    bell: Literal["auto", "always", "never"] = "auto"
    names: bool = False
    picture: Literal["auto", "on", "off"] = "auto"

    @property
    def sync_interval(self) -> timedelta:
        """The time between two pulls."""
        return timedelta(seconds=self.sync_seconds)

    @field_validator("home", mode="after")
    @classmethod
    def _expand_home(cls, home: Path) -> Path:
        """Take `~` for the user's home, as `scanner.paths` does."""
        return home.expanduser()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic calls by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: flags, environment, file."""
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, toml_file=config_file()),
        )


def load_config(**flags: Any) -> Config:
    """Read the settings; a flag that is `None` was not given.

    Raises:
        ConfigError: naming the setting and what is wrong with it.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Config(**given)
    except ValidationError as error:
        raise ConfigError(_in_words(error)) from error
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"The configuration file {config_file()} can't be read ({error}); mend or remove it."
        ) from error


def _in_words(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"There is no setting {name!r}; remove it from {config_file()}."
    return (
        f"The setting {name!r} can't be used: {first['msg']}; "
        f"mend it in {config_file()}, SCANNER_{name.upper()} or the command's flags."
    )
