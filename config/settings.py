"""Settings, read once by the wiring: defaults, `lifecycle.yaml` in the home, then LIFECYCLE_*."""

from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

PLACEHOLDER = "change-me"
PACKAGE = Path(__file__).resolve().parent


class Settings(BaseSettings):
    """What one installation is told; a misspelt key refuses to start."""

    model_config = SettingsConfigDict(env_prefix="LIFECYCLE_", extra="forbid", frozen=True)

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
    try:
        return Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]  # pydantic checks
    except ValidationError as error:
        lines = [f"setting {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ValueError("; ".join(lines)) from error
