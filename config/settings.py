"""Settings, read once by the wiring: defaults, `lifecycle.yaml` in the home, then LIFECYCLE_*."""

from difflib import get_close_matches
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "LIFECYCLE_"
PLACEHOLDER = "change-me"
NOT_KNOWN = "there is no such setting"
PACKAGE = Path(__file__).resolve().parent


class Settings(BaseSettings):
    """What one installation is told; a misspelt key refuses to start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Path(".lifecycle/home")
    """Where facts, database and logs live."""
    database_url: str = ""
    """SQLAlchemy address; empty means SQLite in the home."""
    mapping: Path | None = None
    """The YAML mapping of the company's files."""
    data: Path | None = None
    """The folder of the company's files."""
    policies: Path | None = None
    """A folder with stages.yaml, plays.yaml, limits.yaml and segments.yaml; empty: the shipped."""
    economics: Path | None = None
    """The economics of the tenant; empty means the shipped assumptions."""
    log_level: str = "INFO"
    crash_at: str = ""
    """The name of a crash point, for the tests that kill the process there."""
    secret: SecretStr = SecretStr(PLACEHOLDER)
    """Key of the hashes that keep suppressed addresses."""

    @property
    def database(self) -> str:
        """The address of the store."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'lifecycle.db'}"

    @property
    def secrets(self) -> frozenset[str]:
        """What no log may show: the key of the hashes, and the password of the database."""
        key = self.secret.get_secret_value()
        address = self.database.split("://", 1)[-1].rpartition("@")[0]
        return frozenset({key, address.partition(":")[2]}) - {PLACEHOLDER, ""}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before environment before the file in the home."""
        del dotenv_settings, file_secret_settings
        home = init_settings().get("home") or env_settings().get("home") or ".lifecycle/home"
        file = YamlConfigSettingsSource(settings_cls, Path(home) / "lifecycle.yaml")
        return init_settings, env_settings, file


def read_settings(**given: object) -> Settings:
    """Read the settings once; what is not given on the command line is left out.

    Raises:
        ValueError: with one line per wrong or unknown setting.
    """
    _refuse_unknown(name for name in environ if name.startswith(PREFIX))
    try:
        return Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]  # pydantic checks
    except ValidationError as error:
        raise ValueError("; ".join(_line(dict(e)) for e in error.errors())) from error


def _line(error: dict[str, Any]) -> str:
    """One wrong setting, without its value: it may be a secret."""
    name = ".".join(map(str, error["loc"]))
    hint = f"{NOT_KNOWN}; {_nearest(name)}" if error["type"] == "extra_forbidden" else error["msg"]
    return f"setting {name}: {hint}"


def _refuse_unknown(names: "Iterable[str]") -> None:
    """A misspelt variable would be a setting that silently is not there."""
    for name in names:
        key = name.removeprefix(PREFIX).lower()
        if key not in Settings.model_fields:
            raise ValueError(f"setting {name}: {NOT_KNOWN}; {_nearest(key)}")


def _nearest(name: str) -> str:
    close = get_close_matches(name, Settings.model_fields, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(Settings.model_fields)}"
