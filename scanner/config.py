"""Settings from a file, from the environment (`SCANNER_*`) and from flags; the last wins.

A setting is saved in the file, whose order and comments stay.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from scanner.admission.ticket import Unclaimed
from scanner.errors import ScannerError
from scanner.facts import Code, Fact
from scanner.paths import config_file, data_folder, replace_file
from scanner.qr.decoded import Symbology

PRODUCTION = "https://api.ticketingevents.com/v3/"
"""The vendor's production server (API reference 3.0.0)."""


class ConfigFault(Code):
    """What is wrong with the settings."""

    UNREADABLE = "config.unreadable"
    UNKNOWN = "config.unknown"
    UNUSABLE = "config.unusable"
    UNSAVED = "config.unsaved"


class Expected(Code):
    """What a setting takes."""

    CHOICE = "config.choice"
    SWITCH = "config.switch"
    WHOLE_NUMBER = "config.whole_number"
    NUMBER = "config.number"
    TEXT = "config.text"
    CODES = "config.codes"


class ConfigError(ScannerError):
    """A setting can't be used, read or saved."""


class Confirmation(StrEnum):
    """Who must agree before the green light: this gate, or the API too."""

    LOCAL = "local"
    SERVER_FIRST = "server-first"


Language = Literal["auto", "en", "de", "es", "fr"]
"""What people are spoken to in; `auto`: as the system's locale says."""


_ALSO_CALLED = {
    "all": tuple(Symbology),
    "qrcode": (Symbology.QR,),
    "microqrcode": (Symbology.MICRO_QR,),
    "azteccode": (Symbology.AZTEC,),
    "gs1128": (Symbology.CODE_128,),
    "i2of5": (Symbology.ITF,),
    "interleaved2of5": (Symbology.ITF,),
    "itf14": (Symbology.ITF,),
    "ean": (Symbology.EAN_13, Symbology.EAN_8),
    "upc": (Symbology.EAN_13, Symbology.UPC_E),
    "upca": (Symbology.EAN_13,),
}
"""Other names of symbologies and of several at once, in small letters and digits alone."""


def _bare(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def symbologies(names: str | Sequence[str]) -> tuple[Symbology, ...]:
    """Return the symbologies that a person names: "QR, Code 128", or a list of names.

    Raises:
        ValueError: a name stands for none, or none is named.
    """
    known = {_bare(kind): (kind,) for kind in Symbology} | _ALSO_CALLED
    words = names.split(",") if isinstance(names, str) else names
    try:
        found = [kind for word in words for kind in known[_bare(word)]]
    except KeyError as error:
        raise ValueError(f"no symbology is called {error}") from error
    if not found:
        raise ValueError("no symbology is named")
    return tuple(dict.fromkeys(found))


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
    codes: Annotated[tuple[Symbology, ...], NoDecode] = (Symbology.QR,)
    scanner: str = "auto"
    confirmation: Confirmation = Confirmation.LOCAL
    sync_seconds: float = Field(default=15, gt=0, le=3600)
    full_sync_seconds: float = Field(default=900, gt=0, le=86_400)
    timeout_seconds: float = Field(default=10, gt=0, le=120)
    page_records: int = Field(default=500, ge=1, le=10_000)
    language: Language = "auto"
    theme: Literal["night", "day", "contrast"] = "night"
    characters: Literal["auto", "unicode", "ascii"] = "auto"
    volume: int = Field(default=80, ge=0, le=100)
    muted: bool = False
    bell: Literal["auto", "always", "never"] = "auto"
    names: bool = False
    report_refused: bool = True
    picture: Literal["auto", "on", "off"] = "auto"
    reasons: str = ""
    unclaimed: Unclaimed = Unclaimed.ADMIT

    @property
    def sync_interval(self) -> timedelta:
        """The time between two pulls."""
        return timedelta(seconds=self.sync_seconds)

    @field_validator("codes", mode="before")
    @classmethod
    def _name_codes(cls, names: Any) -> tuple[Symbology, ...]:
        """Take names as a person writes them."""
        if not isinstance(names, (str, list, tuple)) or not all(isinstance(x, str) for x in names):
            raise ValueError("it takes names")
        return symbologies(names)

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
        raise _refusal(error) from error
    except (OSError, ValueError) as error:
        raise ConfigError(ConfigFault.UNREADABLE, file=config_file(), why=str(error)) from error


def _refusal(error: ValidationError) -> ConfigError:
    """Return the error for the first setting that pydantic refused; its value stays out of it."""
    first = error.errors(include_input=False, include_url=False)[0]
    name, *_ = (str(part) for part in first["loc"])
    if name not in Config.model_fields:
        return ConfigError(ConfigFault.UNKNOWN, name=name, file=config_file())
    return ConfigError(
        ConfigFault.UNUSABLE,
        name=name,
        expected=expected(name),
        file=config_file(),
        variable=f"SCANNER_{name.upper()}",
    )


def expected(name: str) -> Fact:
    """Return what a setting takes."""
    field = Config.model_fields[name]
    kind: Any = field.annotation
    if name == "codes":
        return Fact(Expected.CODES, {"choices": ", ".join(Symbology)})
    if get_origin(kind) is Literal:
        return Fact(Expected.CHOICE, {"choices": ", ".join(map(str, get_args(kind)))})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Fact(Expected.CHOICE, {"choices": ", ".join(kind)})
    if kind is bool:
        return Fact(Expected.SWITCH)
    limits = {
        limit: getattr(each, limit)
        for each in field.metadata
        for limit in ("gt", "ge", "le")
        if getattr(each, limit, None) is not None
    }
    if kind is int:
        return Fact(Expected.WHOLE_NUMBER, {"least": limits["ge"], "most": limits["le"]})
    if kind is float:
        return Fact(Expected.NUMBER, {"above": limits["gt"], "most": limits["le"]})
    return Fact(Expected.TEXT)


def save_setting(name: str, value: str | float | bool) -> None:
    """Save one setting by replacing the file atomically; creates the file where there is none.

    Raises:
        ConfigError: the file can't be read or written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = config_file()
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        document = tomlkit.parse(text)
        document[name] = value
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(file, tomlkit.dumps(document).encode())
    except (OSError, TOMLKitError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ConfigError(ConfigFault.UNSAVED, name=name, file=file, why=why) from error
